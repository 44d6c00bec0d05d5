"""Mails in the admin: to look at, and to send again."""

from __future__ import annotations

from django.contrib import admin

from microblog.mail.models import Mail


@admin.register(Mail)
class MailAdmin(admin.ModelAdmin[Mail]):
    """What was sent to whom, without what it said."""

    list_display = ("subject", "recipient", "created_at", "sent_at")
    list_filter = ("sent_at",)
    search_fields = ("recipient",)
    fields = ("recipient", "subject", "key", "created_at", "sent_at")
    readonly_fields = fields
