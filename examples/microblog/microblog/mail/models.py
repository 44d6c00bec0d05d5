"""Mails."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class Mail(models.Model):
    """A mail to one person. It is made in the transaction that it tells about, and sent once that is committed."""

    recipient = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField(blank=True, help_text="Empty once sent: it may hold a link that signs somebody in.")
    key = models.CharField(
        max_length=100, null=True, blank=True, unique=True, help_text="What there must be one mail for at most."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """What is left to send is found without reading what was sent."""

        indexes: ClassVar = [
            models.Index(fields=["created_at"], condition=models.Q(sent_at=None), name="mail_mail_to_send")
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.recipient})"

    @property
    def is_sent(self) -> bool:
        """Whether a mail server has taken it."""
        return self.sent_at is not None
