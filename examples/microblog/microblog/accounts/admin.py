"""People in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

from microblog.accounts.models import User


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    """Users by address."""

    list_display = ("email", "handle", "display_name", "email_confirmed_at", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff", "wants_digest")
    search_fields = ("email", "handle", "display_name")
    ordering = ("-created_at",)
    readonly_fields = ("created_at", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "handle", "password")}),
        ("Profile", {"fields": ("display_name", "bio", "wants_digest")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("email_confirmed_at", "last_login", "created_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "handle", "password1", "password2", "email_confirmed_at")}),)
