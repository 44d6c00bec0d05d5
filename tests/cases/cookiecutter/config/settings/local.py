"""Settings of a developer's machine."""

from .base import *  # noqa: F403

SECRET_KEY = "of one machine"  # noqa: S105
ADMIN_URL = "admin/"
