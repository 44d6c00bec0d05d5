"""Alarms of a production application, what deployments go back on, and its dashboard."""

import json
from typing import Any

import pytest

from constructs_lib.config.model import ProdAppConfig, ServiceConfig
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.prod_app import ProdApp
from tests.constructs_lib.resources import named, of_type, text
from tests.constructs_lib.synthesis import PROD_BASE, Synthesise

ALARM = "AWS::CloudWatch::Alarm"


@pytest.fixture
def app(templates: dict[str, Any]) -> dict[str, Any]:
    template: dict[str, Any] = templates["prod-app"]
    return template


@pytest.fixture
def alarms(app: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The alarms of the production application, by the ends of their logical ids."""
    return {
        logical_id.removeprefix("ProdAppObservability")[:-8]: resource["Properties"]
        for logical_id, resource in app["Resources"].items()
        if resource["Type"] == ALARM
    }


def test_every_service_has_its_alarms(alarms: dict[str, Any]) -> None:
    of_tasks = {f"{service}Tasks{metric}" for service in ("Web", "Worker", "Beat") for metric in ("Cpu", "Memory")}
    of_the_site = {"WebWebErrors", "WebWebUnhealthy", "WebWebLatency"}
    assert alarms.keys() == of_tasks | of_the_site | {"WorkerQueueBacklog"}


def test_alarms_go_to_the_topic_of_the_base(alarms: dict[str, Any]) -> None:
    topic = {"Ref": "BaseAlarmTopicArn"}
    assert all(alarm["AlarmActions"] == alarm["OKActions"] == [topic] for alarm in alarms.values())


def test_rate_of_errors_counts_only_where_there_are_requests(alarms: dict[str, Any]) -> None:
    (rate,) = (query for query in alarms["WebWebErrors"]["Metrics"] if "Expression" in query)
    assert rate["Expression"] == "IF(requests >= 20, 100 * FILL(errors, 0) / requests, 0)"
    assert alarms["WebWebErrors"]["Threshold"] == 5
    assert (alarms["WebWebErrors"]["DatapointsToAlarm"], alarms["WebWebErrors"]["EvaluationPeriods"]) == (3, 5)


def test_latency_is_that_of_the_slowest_twentieth(alarms: dict[str, Any]) -> None:
    latency = alarms["WebWebLatency"]
    assert (latency["MetricName"], latency["ExtendedStatistic"]) == ("TargetResponseTime", "p95")


def test_missing_data_is_a_breach_where_running_tasks_always_have_some(alarms: dict[str, Any]) -> None:
    breaching = {name for name, alarm in alarms.items() if alarm["TreatMissingData"] == "breaching"}
    assert breaching == {"WebTasksCpu", "WorkerTasksCpu", "BeatTasksCpu", "WorkerQueueBacklog"}
    assert {alarm["TreatMissingData"] for alarm in alarms.values()} == {"breaching", "notBreaching"}


def test_backlog_is_more_than_all_tasks_are_meant_for(alarms: dict[str, Any]) -> None:
    assert alarms["WorkerQueueBacklog"]["Threshold"] == 100 * 4
    assert '"MetricName": "QueueLength"' in text(alarms["WorkerQueueBacklog"])


def test_deployment_of_a_web_service_goes_back_on_errors_and_unhealthy_tasks(app: dict[str, Any]) -> None:
    watched = named(app, "AWS::ECS::Service", "ServicesWeb")["DeploymentConfiguration"]["Alarms"]
    assert (watched["Enable"], watched["Rollback"]) == (True, True)
    kinds = {name["Ref"].removeprefix("ProdAppObservabilityWebWeb")[:-8] for name in watched["AlarmNames"]}
    assert kinds == {"Errors", "Unhealthy"}


@pytest.mark.parametrize(("grace_seconds", "minutes"), [(0, 3), (60, 3), (300, 7), (3600, 62)])
def test_tasks_may_fail_health_checks_for_their_grace_without_an_alarm(
    synthesise: Synthesise, grace_seconds: int, minutes: int
) -> None:
    """The load balancer counts what ECS leaves alone, and a deployment would go back."""
    service = ServiceConfig(port=8000, paths=("/*",), health_check_grace_seconds=grace_seconds)
    config = ProdAppConfig(owner="octocat", repository="microblog", image="v1", services={"web": service})
    template = synthesise(
        lambda stack: ProdApp(stack, "App", name=EnvironmentName("prod", "app"), config=config, base=PROD_BASE)
    ).to_json()

    alarm = named(dict(template), ALARM, "WebWebUnhealthy")
    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (60, minutes)


def test_alarms_that_a_deployment_watches_do_not_wait_for_the_service(app: dict[str, Any]) -> None:
    services = {name for name, resource in app["Resources"].items() if resource["Type"] == "AWS::ECS::Service"}
    for alarm in named(app, "AWS::ECS::Service", "ServicesWeb")["DeploymentConfiguration"]["Alarms"]["AlarmNames"]:
        definition = text(app["Resources"][alarm["Ref"]])
        assert "TargetGroupFullName" in definition
        assert not any(service in definition for service in services)


def test_services_without_a_port_watch_no_alarm_of_the_site(app: dict[str, Any]) -> None:
    for service in ("ServicesWorker", "ServicesBeat"):
        assert "Alarms" not in named(app, "AWS::ECS::Service", service)["DeploymentConfiguration"]


def test_ad_hoc_apps_have_neither_alarms_nor_a_dashboard(templates: dict[str, Any]) -> None:
    for resource_type in (ALARM, "AWS::CloudWatch::Dashboard"):
        assert of_type(templates["dev-alpha"], resource_type) == []
    for service in of_type(templates["dev-alpha"], "AWS::ECS::Service"):
        assert "Alarms" not in service["DeploymentConfiguration"]


def test_one_dashboard_shows_alarms_services_database_and_cache(app: dict[str, Any]) -> None:
    (dashboard,) = of_type(app, "AWS::CloudWatch::Dashboard")
    parts = dashboard["DashboardBody"]["Fn::Join"][1]
    body = json.loads("".join(part if isinstance(part, str) else "reference" for part in parts))
    titles = {widget["properties"]["title"] for widget in body["widgets"]}
    assert titles == {
        "Alarms",
        "web: requests",
        "web: 5xx %",
        "web: seconds",
        "web: tasks",
        "web: CPU and memory %",
        "worker: CPU and memory %",
        "beat: CPU and memory %",
        "Database: CPU %",
        "Database: connections",
        "Database: free bytes",
        "Cache: CPU and memory %",
    }
    (status,) = (widget for widget in body["widgets"] if widget["type"] == "alarm")
    assert len(status["properties"]["alarms"]) == len(of_type(app, ALARM))


def test_sessions_of_ecs_exec_are_logged_in_production_alone(app: dict[str, Any], templates: dict[str, Any]) -> None:
    (cluster,) = of_type(app, "AWS::ECS::Cluster")
    configuration = cluster["Configuration"]["ExecuteCommandConfiguration"]
    assert configuration["Logging"] == "OVERRIDE"
    group = configuration["LogConfiguration"]["CloudWatchLogGroupName"]["Ref"]
    assert app["Resources"][group]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert group in text(named(app, "AWS::IAM::Policy", "ApplicationTaskRole"))
    (ad_hoc,) = of_type(templates["dev-alpha"], "AWS::ECS::Cluster")
    assert "Configuration" not in ad_hoc
