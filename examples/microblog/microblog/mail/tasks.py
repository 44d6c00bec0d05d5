"""Tasks about mails."""

from __future__ import annotations

import smtplib
from datetime import timedelta

from celery import shared_task

from microblog.mail import services

GRACE = timedelta(minutes=2)
AT_ONCE = 500


@shared_task(autoretry_for=(smtplib.SMTPException, OSError), retry_backoff=2, retry_backoff_max=60, max_retries=5)
def send(number: int) -> None:
    """Send a mail, unless it has been sent."""
    services.send_mail(number)


@shared_task
def catch_up() -> None:
    """Ask for the mails whose task was lost or gave up: the table says what is left to do."""
    for number in services.overdue(older_than=GRACE, limit=AT_ONCE):
        send.delay(number)
