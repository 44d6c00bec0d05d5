"""Configuration of the project; shared tasks find Celery's app here."""

from .celery_app import app as celery_app

__all__ = ("celery_app",)
