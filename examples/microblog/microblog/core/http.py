"""Requests as views get them, for the type checker; and where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from microblog.accounts.models import User


class HtmxRequest(HttpRequest):
    """A request after HtmxMiddleware."""

    htmx: HtmxDetails


class UserRequest(HtmxRequest):
    """A request of somebody who has signed in."""

    user: User


def viewer(request: HttpRequest) -> User | None:
    """Return who looks at a page, None for a visitor."""
    return request.user if request.user.is_authenticated else None


def client_address(request: HttpRequest) -> str:
    """Return the address of the client as the load balancer saw it.

    It appends that address to X-Forwarded-For; what stands before it is the client's own claim.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
    """
    forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
    address: str = request.META.get("REMOTE_ADDR", "")
    return forwarded.rpartition(",")[2].strip() or address
