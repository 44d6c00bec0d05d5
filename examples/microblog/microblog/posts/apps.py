"""Django's registration of the application."""

from __future__ import annotations

from django.apps import AppConfig


class PostsConfig(AppConfig):
    """Names it."""

    name = "microblog.posts"
