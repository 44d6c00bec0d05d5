"""Who people are."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

RESERVED_HANDLES = frozenset({"admin", "api", "everyone", "microblog", "static", "media", "support"})
VALID_HANDLE = RegexValidator(r"\A[a-z0-9_]{3,24}\Z", "Use 3 to 24 small letters, digits and underscores.")


class UserManager(BaseUserManager["User"]):
    """Makes users, and finds them by an address in whatever case."""

    def create_user(self, email: str, handle: str, password: str | None = None, **fields: Any) -> User:
        """Return a new user who has yet to confirm the address; without a password nobody can sign in."""
        user = self.model(email=email.strip().lower(), handle=handle.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, handle: str, password: str | None = None, **fields: Any) -> User:
        """Return a new user who may do everything."""
        fields |= {"is_staff": True, "is_superuser": True, "email_confirmed_at": timezone.now()}
        return self.create_user(email, handle, password, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user with an address."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody with an address, who may sign in once it is confirmed."""

    email = models.EmailField("e-mail address", unique=True, error_messages={"unique": "Taken."})
    handle = models.CharField(
        max_length=24,
        unique=True,
        validators=[VALID_HANDLE],
        help_text="3 to 24 small letters, digits and underscores.",
    )
    display_name = models.CharField("name", max_length=60, blank=True)
    bio = models.CharField("about you", max_length=200, blank=True)
    wants_digest = models.BooleanField("a mail each morning with yesterday's posts of those I follow", default=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["handle"]

    class Meta:
        """Addresses are kept in lower case, so that one person has one account."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="accounts_user_email_is_lower"),
            models.CheckConstraint(condition=models.Q(handle=Lower("handle")), name="accounts_user_handle_is_lower"),
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"

    @property
    def name(self) -> str:
        """What to call the person."""
        return self.display_name or self.handle

    def get_absolute_url(self) -> str:
        """Return the address of the profile."""
        return reverse("profile", args=[self.handle])
