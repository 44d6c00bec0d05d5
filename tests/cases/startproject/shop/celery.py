"""Tasks in the background."""

import os

from celery import Celery

app = Celery("shop", broker=os.environ["REDIS_URL"], backend=os.environ["REDIS_URL"])


@app.task
def add(one: int, two: int) -> int:
    """Return the sum."""
    return one + two
