from __future__ import annotations

import boto3
import pytest
import redis
from botocore.exceptions import ClientError
from django.conf import settings
from moto import mock_aws

from microblog.core import queue_metric


@mock_aws
def test_the_number_of_waiting_messages_is_published_as_the_autoscaling_reads_it() -> None:
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


def test_an_environment_that_may_not_publish_stops_trying(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def put_metric_data(self, **_: object) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "PutMetricData")

    monkeypatch.setattr(boto3, "client", lambda *_, **__: Refusing())

    with pytest.raises(queue_metric.NotAllowedError):
        queue_metric.publish()
    queue_metric._publish_for_ever()  # comes back
