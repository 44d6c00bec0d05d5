"""Digests in the admin: to look at."""

from __future__ import annotations

from django.contrib import admin

from microblog.digest.models import Digest


@admin.register(Digest)
class DigestAdmin(admin.ModelAdmin[Digest]):
    """Which have been made."""

    list_display = ("day", "mails", "created_at")
    readonly_fields = ("day", "mails", "created_at")
