"""The API: documented at /api/docs, described at /api/openapi.json."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.security import HttpBearer, django_auth

from microblog.accounts.models import User
from microblog.api import posts
from microblog.api.services import user_of_token
from microblog.core.keyset import CursorError


class TokenAuth(HttpBearer):
    """A token of the settings page."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """Return whom the token stands for, and make the request that person's."""
        user = user_of_token(token)
        if user is not None:
            request.user = user
        return user


api = NinjaAPI(
    title="μblog",
    version=settings.APP_VERSION,
    description="Authorise with a token of your settings page, or by being signed in.",
    auth=[TokenAuth(), django_auth],
    urls_namespace="api",
)
api.add_router("", posts.router)


@api.exception_handler(CursorError)
def refuse_cursor(request: HttpRequest, error: CursorError) -> HttpResponse:
    """Say that a cursor is not one of ours."""
    return api.create_response(request, {"detail": str(error)}, status=422)
