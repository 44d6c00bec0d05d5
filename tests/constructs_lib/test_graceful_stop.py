"""The three clocks of a task that stops fit together.

ECS takes the task from the load balancer, which goes on sending the requests that are under way for the deregistration
delay; SIGTERM gives the server its graceful timeout; at the end of the stop timeout comes SIGKILL.
"""

from pathlib import Path

import pytest
import yaml

from constructs_lib.services import web_service, worker_service
from tests.constructs_lib.resources import container, named, of_type
from tests.constructs_lib.synthesis import Templates
from tests.sample import ENVIRONMENTS

FARGATE_MAXIMUM_SECONDS = 120
"""https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html"""

SPOT_NOTICE_SECONDS = 120
"""https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html"""

WEB_SERVERS = ("dev/base.yaml", "prod/app.yaml")


def graceful_timeout(path: Path) -> int:
    """Return gunicorn's graceful timeout, in seconds, from a declaration."""
    declaration = yaml.safe_load(path.read_text())
    services = declaration.get("app_defaults", declaration)["services"]
    (option,) = (word for word in services["web"]["command"] if word.startswith("--graceful-timeout="))
    return int(option.partition("=")[2])


@pytest.mark.parametrize("declaration", WEB_SERVERS)
def test_server_ends_its_requests_before_it_is_killed(declaration: str) -> None:
    graceful = graceful_timeout(ENVIRONMENTS / declaration)
    assert web_service.DEREGISTRATION_DELAY_SECONDS + graceful < web_service.STOP_TIMEOUT_SECONDS
    assert web_service.STOP_TIMEOUT_SECONDS <= FARGATE_MAXIMUM_SECONDS


def test_templates_say_what_the_constants_say(templates: Templates) -> None:
    alpha = templates["dev-alpha"]
    assert container(alpha, "ServicesWeb")["StopTimeout"] == web_service.STOP_TIMEOUT_SECONDS
    (target_group,) = of_type(alpha, "AWS::ElasticLoadBalancingV2::TargetGroup")
    attributes = {attribute["Key"]: attribute["Value"] for attribute in target_group["TargetGroupAttributes"]}
    assert attributes["deregistration_delay.timeout_seconds"] == str(web_service.DEREGISTRATION_DELAY_SECONDS)


@pytest.mark.parametrize("app", ["dev-alpha", "prod-app"])
def test_workers_get_all_the_notice_that_spot_gives(app: str, templates: Templates) -> None:
    assert min(SPOT_NOTICE_SECONDS, FARGATE_MAXIMUM_SECONDS) == worker_service.STOP_TIMEOUT_SECONDS
    for service in ("Worker", "Beat"):
        assert container(templates[app], f"Services{service}")["StopTimeout"] == worker_service.STOP_TIMEOUT_SECONDS


@pytest.mark.parametrize("app", ["dev-alpha", "prod-app"])
def test_beat_never_runs_twice(app: str, templates: Templates) -> None:
    deployment = named(templates[app], "AWS::ECS::Service", "ServicesBeat")["DeploymentConfiguration"]
    assert (deployment["MinimumHealthyPercent"], deployment["MaximumPercent"]) == (0, 100)
