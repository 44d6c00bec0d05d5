"""Django's registration of the application."""

from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Connects what runs beside the scheduler."""

    name = "microblog.core"

    def ready(self) -> None:
        """Publish the length of the queue from where beat runs."""
        from microblog.core import queue_metric  # noqa: PLC0415  the registry has to be complete

        queue_metric.connect()
