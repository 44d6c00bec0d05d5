"""Writing and sending mails."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from microblog.core.background import enqueue
from microblog.mail.models import Mail

logger = logging.getLogger(__name__)


def queue_mail(*, recipient: str, subject: str, template: str, context: Mapping[str, object]) -> Mail:
    """Write a mail that is sent when the transaction has been committed."""
    from microblog.mail import tasks  # noqa: PLC0415  tasks are made of services

    mail = Mail.objects.create(recipient=recipient, subject=subject, body=render(template, context))
    enqueue(tasks.send, mail.pk)
    return mail


def render(template: str, context: Mapping[str, object]) -> str:
    """Return the text of a mail."""
    return render_to_string(template, {"site": settings.FRONTEND_URL, **context}).strip() + "\n"


@transaction.atomic
def send_mail(number: int) -> bool:
    """Send a mail and return True, or return False when it was sent, or is being sent, already.

    The row is locked while the mail server is spoken to. Should this process die between the server's yes and the
    commit, the mail goes out twice, with the same Message-ID, by which mailboxes drop the second.
    """
    mail = Mail.objects.select_for_update(skip_locked=True).filter(pk=number, sent_at=None).first()
    if mail is None:
        return False
    EmailMessage(
        subject=mail.subject,
        body=mail.body,
        to=[mail.recipient],
        headers={"Message-ID": f"<{mail.pk}.{mail.created_at:%Y%m%d%H%M%S%f}@{settings.SITE_HOST}>"},
    ).send()
    mail.sent_at = timezone.now()
    mail.body = ""
    mail.save(update_fields=["sent_at", "body"])
    logger.info("mail sent", extra={"mail": mail.pk})
    return True


def overdue(*, older_than: timedelta, limit: int) -> list[int]:
    """Return the numbers of mails that should have been sent by now, oldest first."""
    waiting = Mail.objects.filter(sent_at=None, created_at__lt=timezone.now() - older_than)
    return list(waiting.order_by("created_at").values_list("pk", flat=True)[:limit])
