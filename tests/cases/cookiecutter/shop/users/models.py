"""Users with one name instead of two."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A user."""

    name = models.CharField(blank=True, max_length=255)
    first_name = None
    last_name = None
