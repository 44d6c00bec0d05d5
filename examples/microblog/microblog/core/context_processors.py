"""What every page shows."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, object]:
    """Return the environment's name, the running version, and what visitors may see."""
    return {
        "environment_name": settings.APP_NAME,
        "version": settings.APP_VERSION,
        "public_timeline": settings.FEATURE_TIMELINE,
    }
