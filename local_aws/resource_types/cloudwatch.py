"""AWS::CloudWatch::Alarm, of which MiniStack has alarms on one metric, but none on an expression."""

from __future__ import annotations

from typing import Any

from local_aws import ministack
from local_aws.resource_types.base import Properties, Resource, ResourceType, given

EXPRESSIONS = "Expressions"
"""Namespace without data: an alarm on an expression exists, and stays as its missing data says."""


def _create(properties: Properties, name: str) -> Resource:
    alarm = properties.get("AlarmName", name)
    _put(alarm, properties)
    return _alarm(alarm)


def _update(physical_id: str, _old: Properties, new: Properties) -> Resource:
    _put(physical_id, new)
    return _alarm(physical_id)


def _delete(physical_id: str, _properties: Properties) -> None:
    ministack.call("cloudwatch", "DeleteAlarms", AlarmNames=[physical_id])


def _put(name: str, properties: Properties) -> None:
    ministack.call(
        "cloudwatch",
        "PutMetricAlarm",
        AlarmName=name,
        **given(
            properties,
            "ActionsEnabled",
            "AlarmActions",
            "AlarmDescription",
            "ComparisonOperator",
            "DatapointsToAlarm",
            "EvaluationPeriods",
            "InsufficientDataActions",
            "OKActions",
            "Threshold",
            "TreatMissingData",
        ),
        # CloudFormation may set tags with this prefix; its API refuses them to everybody.
        Tags=[tag for tag in properties.get("Tags", []) if not tag["Key"].startswith("aws:")],
        **_metric(properties),
    )


def _metric(properties: Properties) -> dict[str, Any]:
    if "Metrics" not in properties:
        return given(
            properties, "Dimensions", "ExtendedStatistic", "MetricName", "Namespace", "Period", "Statistic", "Unit"
        )
    (shown,) = (query for query in properties["Metrics"] if str(query.get("ReturnData", True)).lower() == "true")
    if "MetricStat" not in shown:
        return {"Namespace": EXPRESSIONS, "MetricName": shown["Expression"], "Statistic": "Average", "Period": 60}
    metric = shown["MetricStat"]
    statistic = "ExtendedStatistic" if metric["Stat"][1:2].isdigit() else "Statistic"
    return {**metric["Metric"], "Period": metric["Period"], statistic: metric["Stat"]}


def _alarm(name: str) -> Resource:
    arn = f"arn:aws:cloudwatch:{ministack.region()}:{ministack.account_id()}:alarm:{name}"
    return Resource(name, {"Arn": arn})


RESOURCE_TYPES = (
    ResourceType(
        name="AWS::CloudWatch::Alarm",
        create=_create,
        update=_update,
        delete=_delete,
        create_only=("AlarmName",),
        tagged=True,
    ),
)
