"""How the application is put together. `celery --app=config` finds `app` here."""

from config.celery import app

__all__ = ["app"]
