"""Whether this process lives, and whether it can work."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import JsonResponse

logger = logging.getLogger(__name__)


def live() -> JsonResponse:
    """Answer 200 without touching anything else.

    A database that is away for a minute is no reason to replace every task of the service.
    """
    return JsonResponse({"status": "ok", "version": settings.APP_VERSION})


def ready() -> JsonResponse:
    """Answer 200 when database and cache answer, 503 and which of them does not otherwise."""
    checks = {"database": _works("database", _ask_database), "cache": _works("cache", _ask_cache)}
    everything = all(checks.values())
    return JsonResponse(
        {"status": "ok" if everything else "unavailable", "version": settings.APP_VERSION, "checks": checks},
        status=200 if everything else 503,
    )


PATHS: dict[str, Callable[[], JsonResponse]] = {"/api/health-check/": live, "/api/ready/": ready}


def _works(name: str, ask: Callable[[], None]) -> bool:
    try:
        ask()
    except Exception:  # whatever a driver raises: the answer is that it does not work
        logger.exception("readiness: the %s does not answer", name)
        return False
    return True


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_cache() -> None:
    cache.set("readiness", "ok", timeout=10)
    if cache.get("readiness") != "ok":
        raise RuntimeError("the cache forgot what it was told")
