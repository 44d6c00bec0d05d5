"""Tasks about posts."""

from __future__ import annotations

from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError
from celery import shared_task

from microblog.posts import services

GRACE = timedelta(minutes=5)
AT_ONCE = 100


@shared_task(autoretry_for=(BotoCoreError, ClientError, OSError), retry_backoff=2, retry_backoff_max=60, max_retries=5)
def make_thumbnail(number: int) -> None:
    """Prepare a post's image, unless it is."""
    services.make_thumbnail(number)


@shared_task
def catch_up() -> None:
    """Ask for the thumbnails whose task was lost or gave up: the table says what is left to do."""
    for number in services.overdue_images(older_than=GRACE, limit=AT_ONCE):
        make_thumbnail.delay(number)
