"""The periodic task."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from microblog.digest import services


@shared_task
def send_digest() -> None:
    """Make the digest that is due, if it has not been made; the mails follow within minutes."""
    day = services.due(timezone.now())
    if day is not None:
        services.make_digest(day)
