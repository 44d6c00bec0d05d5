from __future__ import annotations

import threading
from typing import Any

import boto3
import pytest
import redis
from celery.signals import beat_init
from moto import mock_aws

from microblog.core import queue_metric


@mock_aws
def test_the_number_of_waiting_messages_is_published_as_the_autoscaling_reads_it(settings: Any) -> None:
    settings.QUEUE_METRIC_SERVICE = "worker"
    broker = redis.Redis.from_url(settings.REDIS_URL)
    broker.rpush("celery", *range(7))
    try:
        queue_metric.publish()
    finally:
        broker.delete("celery")

    [metric] = boto3.client("cloudwatch", region_name="us-east-1").list_metrics(Namespace="Django/Celery")["Metrics"]
    assert metric["MetricName"] == "QueueLength"
    assert {pair["Name"]: pair["Value"] for pair in metric["Dimensions"]} == {
        "Environment": "alpha.dev.example.com",
        "Service": "worker",
    }


@pytest.mark.parametrize(("service", "started"), [("worker", True), ("", False)])
def test_it_is_published_where_a_service_is_scaled_by_it(
    monkeypatch: pytest.MonkeyPatch, settings: Any, service: str, *, started: bool
) -> None:
    settings.QUEUE_METRIC_SERVICE = service
    begun = threading.Event()
    monkeypatch.setattr(queue_metric, "_publish_for_ever", begun.set)

    queue_metric.connect()
    beat_init.send(sender=None)

    assert begun.wait(5 if started else 0) is started
