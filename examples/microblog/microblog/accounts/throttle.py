"""A limit on guesses: of passwords, and of who has an account."""

from __future__ import annotations

import hashlib
import logging

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

ATTEMPTS = 10
PERIOD_SECONDS = 15 * 60


def exhausted(*keys: str) -> bool:
    """Return whether one of the keys has used its attempts up; without a cache nobody is kept out."""
    try:
        return any(count >= ATTEMPTS for count in cache.get_many([_name(key) for key in keys]).values())
    except RedisError:
        logger.warning("attempts are not limited: the cache does not answer", exc_info=True)
        return False


def count(*keys: str) -> None:
    """Count an attempt for each key."""
    for key in keys:
        try:
            if not cache.add(_name(key), 1, timeout=PERIOD_SECONDS):
                cache.incr(_name(key))
        except ValueError:
            cache.set(_name(key), 1, timeout=PERIOD_SECONDS)  # It ran out between the two.
        except RedisError:
            logger.warning("an attempt was not counted: the cache does not answer", exc_info=True)


def _name(key: str) -> str:
    return f"throttle:{hashlib.sha256(key.encode()).hexdigest()}"
