"""Making and checking tokens."""

from __future__ import annotations

import hashlib
import secrets

from microblog.accounts.models import User
from microblog.api.models import ApiToken

PREFIX = "microblog_"
"""By which programs that look for leaked secrets can tell one."""


def create_token(*, user: User, name: str) -> str:
    """Return a new token, which is kept nowhere."""
    secret = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, name=name.strip()[:60] or "token", hash=_hash(secret))
    return secret


def user_of_token(secret: str) -> User | None:
    """Return whom a token stands for, None if nobody."""
    token = ApiToken.objects.select_related("user").filter(hash=_hash(secret), user__is_active=True).first()
    return token.user if token else None


def _hash(secret: str) -> str:
    # The secret is random and long: nothing slower is needed.
    return hashlib.sha256(secret.encode()).hexdigest()
