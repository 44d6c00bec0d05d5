"""Work for the worker."""

from __future__ import annotations

from typing import Any

from celery import Task
from django.db import transaction


def enqueue(task: Task[Any, Any], *arguments: Any) -> None:
    """Ask for a task when the transaction has been committed; before, the worker would not see what it is about.

    The rows say what is left to do. A broker that is away is logged, and `catch_up` asks again.
    """

    def ask() -> None:
        task.delay(*arguments)

    transaction.on_commit(ask, robust=True)
