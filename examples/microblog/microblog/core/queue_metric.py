"""How many tasks wait, as a metric of CloudWatch: production scales its workers by it.

Published where QUEUE_METRIC_SERVICE names the service that is scaled by it; elsewhere the task role may not publish.
A task that published it would wait in the queue that it measures, so a thread of the scheduler does, once a minute.
docs/costs.md of this repository describes the metric.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

import boto3
import redis
from botocore.exceptions import BotoCoreError, ClientError
from celery.signals import beat_init
from django.conf import settings

logger = logging.getLogger(__name__)

PERIOD_SECONDS = 60


def connect() -> None:
    """Publish for as long as beat runs in this process."""
    beat_init.connect(_start, dispatch_uid="queue-metric")


def publish() -> None:
    """Publish the number of messages that wait."""
    waiting = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5).llen("celery")
    client = boto3.client("cloudwatch", region_name=settings.AWS_REGION, endpoint_url=settings.AWS_ENDPOINT_URL or None)
    client.put_metric_data(
        Namespace="Django/Celery",
        MetricData=[
            {
                "MetricName": "QueueLength",
                "Dimensions": [
                    {"Name": "Environment", "Value": settings.SITE_HOST},
                    {"Name": "Service", "Value": settings.QUEUE_METRIC_SERVICE},
                ],
                "Value": float(str(waiting)),
            }
        ],
    )


def _start(**_: Any) -> None:
    if settings.REDIS_URL and settings.QUEUE_METRIC_SERVICE:
        threading.Thread(target=_publish_for_ever, name="queue-metric", daemon=True).start()


def _publish_for_ever() -> None:
    pause = threading.Event()
    while True:
        try:
            publish()
        except (BotoCoreError, ClientError, redis.RedisError):
            logger.warning("the length of the queue could not be published", exc_info=True)
        pause.wait(PERIOD_SECONDS)
