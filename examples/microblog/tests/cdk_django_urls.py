"""One page that touches the database and the cache."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpRequest, JsonResponse
from django.urls import path


def health_check(_request: HttpRequest) -> JsonResponse:
    """Count users and remember it."""
    cache.set("users", User.objects.count())
    return JsonResponse({"users": cache.get("users")})


urlpatterns = [path("api/health-check/", health_check)]
