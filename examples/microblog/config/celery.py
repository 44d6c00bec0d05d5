"""The Celery application: worker and beat."""

from __future__ import annotations

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("microblog")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_django_does(**_: Any) -> None:
    """Keep Celery from replacing the log configuration with its own."""
    from django.conf import settings  # noqa: PLC0415  settings may not be loaded with this module

    logging.config.dictConfig(settings.LOGGING)


@before_task_publish.connect
def send_request_id(headers: dict[str, Any], **_: Any) -> None:
    """Let a task carry the id of the request that asked for it."""
    from microblog.core.logs import request_id  # noqa: PLC0415  imported by settings, which import this package

    headers["request_id"] = request_id.get()


@task_prerun.connect
def take_request_id(task: Any, **_: Any) -> None:
    """Log what a task does under the id of the request that asked for it."""
    from microblog.core.logs import request_id  # noqa: PLC0415

    if not task.request.is_eager:
        request_id.set(task.request.get("request_id"))


@task_postrun.connect
def forget_request_id(task: Any, **_: Any) -> None:
    """Forget it: the next task of this process belongs to another request."""
    from microblog.core.logs import request_id  # noqa: PLC0415

    if not task.request.is_eager:
        request_id.set(None)
