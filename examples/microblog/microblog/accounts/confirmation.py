"""Links that prove that somebody reads an address."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from microblog.accounts.models import User

MAX_AGE_SECONDS = 3 * 24 * 60 * 60
_SALT = "microblog.accounts.confirmation"


class InvalidLinkError(Exception):
    """A link that we did not make, that is too old, or whose address is not the user's any more."""


def link(user: User) -> str:
    """Return the link to put into a mail."""
    ticket = signing.dumps([user.pk, user.email], salt=_SALT)
    return settings.FRONTEND_URL + reverse("confirm", args=[ticket])


def user_of(ticket: str) -> User:
    """Return whom a link was made for.

    Raises:
        InvalidLinkError: Nobody, any more.
    """
    try:
        primary_key, email = signing.loads(ticket, salt=_SALT, max_age=MAX_AGE_SECONDS)
        return User.objects.get(pk=primary_key, email=email)
    except (signing.BadSignature, ValueError, User.DoesNotExist) as error:
        raise InvalidLinkError from error
