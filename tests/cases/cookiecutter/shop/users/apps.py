"""The app of users."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    """The app of users."""

    name = "shop.users"
