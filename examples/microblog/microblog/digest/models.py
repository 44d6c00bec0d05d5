"""Digests."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Digest(models.Model):
    """That the digest of a day has been made. One row a day is what makes it happen once."""

    day = models.DateField(unique=True)
    mails = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.day}: {self.mails} mails"
