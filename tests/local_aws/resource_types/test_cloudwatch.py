"""AWS::CloudWatch::Alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.local_aws.accounts import Account

COMMON = {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 2, "TreatMissingData": "notBreaching"}
METRIC: dict[str, Any] = {
    "Namespace": "AWS/RDS",
    "MetricName": "CPUUtilization",
    "Dimensions": [{"Name": "Id", "Value": "it"}],
}


def stat(statistic: str, **more: object) -> dict[str, Any]:
    return {"Id": "m1", "MetricStat": {"Metric": METRIC, "Period": 300, "Stat": statistic}, **more}


def alarm(threshold: float = 1, **properties: object) -> dict[str, Any]:
    topic = {"Topic": {"Type": "AWS::SNS::Topic"}}
    body = {**COMMON, "Threshold": threshold, "AlarmActions": [{"Ref": "Topic"}], **properties}
    return {**topic, "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": body}}


def described(account: Account) -> dict[str, Any]:
    (found,) = account.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return dict(found)


def test_alarm_on_a_metric_is_as_the_template_says(account: Account) -> None:
    account.deploy("it", alarm(**METRIC, Statistic="Average", Period=300))

    made = described(account)
    assert (made["Namespace"], made["MetricName"], made["Dimensions"]) == tuple(METRIC.values())
    assert (made["Statistic"], made["Period"], made["EvaluationPeriods"]) == ("Average", 300, 2)
    assert made["TreatMissingData"] == "notBreaching"
    assert made["AlarmActions"][0].startswith("arn:aws:sns:")


def test_metric_that_is_written_as_a_query_is_the_same(account: Account) -> None:
    account.deploy("it", alarm(Metrics=[stat("p95", ReturnData=True)]))

    made = described(account)
    assert (made["Namespace"], made["MetricName"], made["Period"]) == ("AWS/RDS", "CPUUtilization", 300)
    assert made["ExtendedStatistic"] == "p95"


def test_alarm_on_an_expression_exists_and_names_it(account: Account) -> None:
    queries = [stat("Sum", ReturnData=False), {"Id": "rate", "Expression": "100 * m1", "ReturnData": True}]
    account.deploy("it", alarm(Metrics=queries))

    assert described(account)["MetricName"] == "100 * m1"


def test_a_change_keeps_the_alarm(account: Account) -> None:
    account.deploy("it", alarm(Metrics=[stat("Sum")]))
    name = described(account)["AlarmName"]
    account.deploy("it", alarm(threshold=5, Metrics=[stat("Sum")]))

    assert (described(account)["AlarmName"], described(account)["Threshold"]) == (name, 5)


def test_ref_is_the_name_and_the_arn_is_an_attribute(account: Account) -> None:
    outputs = {"Name": {"Value": {"Ref": "Alarm"}}, "Arn": {"Value": {"Fn::GetAtt": ["Alarm", "Arn"]}}}
    stack = account.deploy("it", alarm(Metrics=[stat("Sum")]), Outputs=outputs)

    made = described(account)
    assert stack.outputs == {"Name": made["AlarmName"], "Arn": made["AlarmArn"]}


def test_removed_alarm_is_gone(account: Account) -> None:
    account.deploy("it", alarm(Metrics=[stat("Sum")]))
    account.delete("it")

    assert account.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
