"""Tasks of an application written for cdk-django: who did one is what it returns."""

import os

import settings
from celery import Celery

app = Celery("legacy", broker=settings.CELERY_BROKER_URL, backend=settings.CELERY_RESULT_BACKEND)
app.conf.broker_connection_retry_on_startup = True


@app.task(name="legacy.who")
def who() -> str:
    """Return the name of the environment whose worker did this."""
    return os.environ["APP_NAME"]
