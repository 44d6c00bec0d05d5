from typing import Any

import pytest

from constructs_lib.observability import base_alarms
from constructs_lib.observability.base_alarms import max_connections, memory_gib
from tests.constructs_lib.resources import of_type, text

GIB = 1024**3
ALARM = "AWS::CloudWatch::Alarm"


@pytest.fixture
def alarms(templates: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The alarms of the production base, by the ends of their logical ids."""
    return {
        logical_id.removeprefix("ProdBaseAlarms")[:-8]: resource["Properties"]
        for logical_id, resource in templates["prod-base"]["Resources"].items()
        if resource["Type"] == ALARM
    }


def test_everything_that_can_run_out_is_watched(alarms: dict[str, Any]) -> None:
    watched = {
        "LoadBalancerErrors": ("HTTPCode_ELB_5XX_Count", "GreaterThanOrEqualToThreshold"),
        "DatabaseCpu": ("CPUUtilization", "GreaterThanOrEqualToThreshold"),
        "DatabaseStorage": ("FreeStorageSpace", "LessThanOrEqualToThreshold"),
        "DatabaseMemory": ("FreeableMemory", "LessThanOrEqualToThreshold"),
        "DatabaseConnections": ("DatabaseConnections", "GreaterThanOrEqualToThreshold"),
        "CacheEvictions": ("Evictions", "GreaterThanOrEqualToThreshold"),
        "CacheCpu": ("EngineCPUUtilization", "GreaterThanOrEqualToThreshold"),
        "CacheMemory": ("DatabaseMemoryUsagePercentage", "GreaterThanOrEqualToThreshold"),
        "NatPortErrors": ("ErrorPortAllocation", "GreaterThanOrEqualToThreshold"),
    }
    assert alarms.keys() == watched.keys()
    for name, (metric, comparison) in watched.items():
        assert f'"MetricName": "{metric}"' in text(alarms[name])
        assert alarms[name]["ComparisonOperator"] == comparison


def test_every_alarm_tells_the_topic_when_it_begins_and_when_it_is_over(
    alarms: dict[str, Any], templates: dict[str, Any]
) -> None:
    (topic,) = (name for name, r in templates["prod-base"]["Resources"].items() if r["Type"] == "AWS::SNS::Topic")
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": topic}]
        assert alarm["AlarmDescription"]


def test_missing_data_is_a_breach_of_the_database_s_cpu_alone(alarms: dict[str, Any]) -> None:
    missing = {name for name, alarm in alarms.items() if alarm["TreatMissingData"] == "breaching"}
    assert missing == {"DatabaseCpu"}
    assert {alarm["TreatMissingData"] for alarm in alarms.values()} == {"breaching", "notBreaching"}


def test_thresholds_follow_the_size_of_the_database(alarms: dict[str, Any]) -> None:
    assert alarms["DatabaseStorage"]["Threshold"] == 5 * GIB
    assert alarms["DatabaseMemory"]["Threshold"] == pytest.approx(0.05 * 8 * GIB, rel=1e-6)
    assert alarms["DatabaseConnections"]["Threshold"] == 671


def test_every_node_and_every_gateway_is_looked_at(alarms: dict[str, Any]) -> None:
    nodes = [query for query in alarms["CacheEvictions"]["Metrics"] if "MetricStat" in query]
    assert [text(node["MetricStat"]).count("-001") for node in nodes] == [1, 0]
    assert [text(node["MetricStat"]).count("-002") for node in nodes] == [0, 1]
    gateways = {text(query["MetricStat"]) for query in alarms["NatPortErrors"]["Metrics"] if "MetricStat" in query}
    assert len(gateways) == 2


def test_ad_hoc_bases_have_neither_alarms_nor_a_topic(templates: dict[str, Any]) -> None:
    for resource_type in (ALARM, "AWS::SNS::Topic"):
        assert of_type(templates["dev-base"], resource_type) == []


@pytest.mark.parametrize(
    ("instance_class", "memory"),
    [("t4g.micro", 1), ("t4g.medium", 4), ("m7g.large", 8), ("m7g.4xlarge", 64), ("r8g.xlarge", 32), ("x2g.large", 32)],
)
def test_memory_of_an_instance_class(instance_class: str, memory: float) -> None:
    assert memory_gib(instance_class) == memory


@pytest.mark.parametrize("instance_class", ["z1d.large", "m7g.metal"])
def test_class_whose_memory_is_not_known_is_refused(instance_class: str) -> None:
    with pytest.raises(ValueError, match=f"{instance_class} is not known"):
        memory_gib(instance_class)


@pytest.mark.parametrize(("gib", "seen"), [(2, 198), (4, 413), (8, 856)])
def test_an_alarm_counts_no_more_connections_than_an_instance_allows(gib: float, seen: int) -> None:
    assert 0.95 * seen < max_connections(gib) <= seen


def test_connections_are_bounded() -> None:
    assert max_connections(1) == 90
    assert max_connections(1024) == 5000


def test_alarm_on_storage_is_later_than_the_growth_of_storage() -> None:
    assert base_alarms.FREE_STORAGE_PERCENT < 10
