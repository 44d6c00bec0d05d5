"""The cache of an ad hoc environment: who reaches it, how it is found, and when it is there."""

from dataclasses import replace
from typing import Any

import pytest

from constructs_lib.ad_hoc_app import AdHocApp
from constructs_lib.config.model import ScheduleConfig, ServiceConfig
from constructs_lib.config.naming import EnvironmentName
from tests.constructs_lib.resources import container, named, of_type, the_only, variables
from tests.constructs_lib.synthesis import AD_HOC_BASE, Synthesise, one_service

APPS = ("dev-alpha", "dev-beta")


@pytest.mark.parametrize("app", APPS)
def test_only_tasks_of_the_same_environment_come_in(app: str, templates: dict[str, Any]) -> None:
    service = named(templates[app], "AWS::ECS::Service", "Cache")
    (group,) = service["NetworkConfiguration"]["AwsvpcConfiguration"]["SecurityGroups"]
    web = named(templates[app], "AWS::ECS::Service", "ServicesWeb")
    (own,) = (
        one for one in web["NetworkConfiguration"]["AwsvpcConfiguration"]["SecurityGroups"] if "Fn::GetAtt" in one
    )
    rules = [r for r in of_type(templates[app], "AWS::EC2::SecurityGroupIngress") if r["GroupId"] == group]
    assert [(rule["FromPort"], rule["ToPort"], rule["SourceSecurityGroupId"]) for rule in rules] == [(6379, 6379, own)]
    properties = templates[app]["Resources"][group["Fn::GetAtt"][0]]["Properties"]
    assert "SecurityGroupIngress" not in properties
    assert [(rule["FromPort"], rule["ToPort"]) for rule in properties["SecurityGroupEgress"]] == [(443, 443)]


@pytest.mark.parametrize("app", APPS)
def test_is_found_under_the_name_that_applications_are_told(app: str, templates: dict[str, Any]) -> None:
    name = the_only(templates[app], "AWS::ServiceDiscovery::Service")
    assert name["NamespaceId"] == {"Ref": "BaseNamespaceId"}
    assert [record["Type"] for record in name["DnsConfig"]["DnsRecords"]] == ["A"]
    (registry,) = named(templates[app], "AWS::ECS::Service", "Cache")["ServiceRegistries"]
    assert registry["RegistryArn"]["Fn::GetAtt"][1] == "Arn"
    namespace = the_only(templates["dev-base"], "AWS::ServiceDiscovery::PrivateDnsNamespace")["Name"]
    host = f"cache.{app.partition('-')[2]}.dev.internal"
    assert f"{name['Name']}.{namespace}" == host
    found = variables(container(templates[app], "ServicesWeb"))
    assert found["REDIS_SERVICE_HOST"] == host
    assert found["REDIS_URL"] == f"redis://{host}:6379/0"


@pytest.mark.parametrize("app", APPS)
def test_is_there_before_what_uses_it_and_goes_after_it(app: str, templates: dict[str, Any]) -> None:
    resources = templates[app]["Resources"]
    (cache,) = (k for k, r in resources.items() if r["Type"] == "AWS::ECS::Service" and "Cache" in k)
    waiting = [r for k, r in resources.items() if r["Type"] == "AWS::ECS::Service" and k != cache]
    (command,) = (
        r
        for r in resources.values()
        if r["Type"] == "Custom::OneOffTask" and r["Properties"]["Description"] == "the release command"
    )
    assert len(waiting) == 3
    assert all(cache in resource["DependsOn"] for resource in (*waiting, command))


def test_is_one_small_task_of_which_there_are_never_two(templates: dict[str, Any]) -> None:
    task = named(templates["dev-alpha"], "AWS::ECS::TaskDefinition", "Cache")
    assert (task["Cpu"], task["Memory"], task["RuntimePlatform"]["CpuArchitecture"]) == ("256", "512", "ARM64")
    assert task["Family"] == "dev-alpha_cache"
    service = named(templates["dev-alpha"], "AWS::ECS::Service", "Cache")
    configuration = service["DeploymentConfiguration"]
    assert (configuration["MinimumHealthyPercent"], configuration["MaximumPercent"]) == (0, 100)
    assert [one["CapacityProvider"] for one in service["CapacityProviderStrategy"]] == ["FARGATE_SPOT"]


def test_gives_up_no_queue_and_keeps_nothing_on_disk(templates: dict[str, Any]) -> None:
    (definition,) = named(templates["dev-alpha"], "AWS::ECS::TaskDefinition", "Cache")["ContainerDefinitions"]
    command = definition["Command"]
    options = dict(zip(command[1::2], command[2::2], strict=True))
    assert (options["--maxmemory-policy"], options["--save"], options["--appendonly"]) == ("volatile-lru", "", "no")
    assert definition["HealthCheck"]["Command"] == ["CMD", "valkey-cli", "ping"]
    assert "Secrets" not in definition


def test_sleeps_and_wakes_with_the_others(synthesise: Synthesise) -> None:
    config = replace(
        one_service(ServiceConfig(port=8000, paths=("/*",))), schedule=ScheduleConfig(awake="Mon-Fri 08:00-20:00")
    )
    template = synthesise(
        lambda stack: AdHocApp(stack, "App", name=EnvironmentName("dev", "alpha"), config=config, base=AD_HOC_BASE)
    ).to_json()

    assert len(of_type(template, "AWS::ApplicationAutoScaling::ScalableTarget")) == 2


def test_production_has_none(templates: dict[str, Any]) -> None:
    assert of_type(templates["prod-app"], "AWS::ServiceDiscovery::Service") == []
    assert len(of_type(templates["prod-app"], "AWS::ECS::Service")) == 3
