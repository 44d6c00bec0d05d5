"""What production services run on, and what the number of their tasks follows."""

from typing import Any

import pytest

from constructs_lib.config import queue_metric
from constructs_lib.config.model import (
    CapacityConfig,
    ProdAppConfig,
    ProdBaseConfig,
    ProdNetworkConfig,
    ScalingConfig,
    ServiceConfig,
)
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.prod_app import ProdApp
from constructs_lib.services.scaling import SCALE_IN_COOLDOWN_SECONDS, SCALE_OUT_COOLDOWN_SECONDS
from tests.constructs_lib.resources import named, of_type, text
from tests.constructs_lib.synthesis import ROOT, Synthesise

BASE = ProdBaseConfig(
    account="main", domain="example.com", hosted_zone_id="Z1", network=ProdNetworkConfig(cidr="10.40.0.0/16")
)


def production(
    synthesise: Synthesise,
    *,
    web: ScalingConfig | None = None,
    worker: ScalingConfig | None = None,
    spot_percent: int = 0,
) -> dict[str, Any]:
    """Return the template of a production app with a web service, a worker and a singleton."""
    config = ProdAppConfig(
        owner="octocat",
        repository="microblog",
        image="v1",
        capacity=CapacityConfig(spot_percent=spot_percent),
        services={
            "web": ServiceConfig(port=8000, paths=("/*",), scaling=web),
            "worker": ServiceConfig(scaling=worker),
            "beat": ServiceConfig(singleton=True),
        },
    )
    name = EnvironmentName("prod", "app")
    template = synthesise(lambda stack: ProdApp(stack, "ProdApp", name=name, config=config, base=BASE))
    return dict(template.to_json())


def tracking(template: dict[str, Any], part: str) -> dict[str, Any]:
    policy = named(template, "AWS::ApplicationAutoScaling::ScalingPolicy", part)
    assert policy["PolicyType"] == "TargetTrackingScaling"
    found: dict[str, Any] = policy["TargetTrackingScalingPolicyConfiguration"]
    assert found["ScaleOutCooldown"] == SCALE_OUT_COOLDOWN_SECONDS
    assert found["ScaleInCooldown"] == SCALE_IN_COOLDOWN_SECONDS
    return found


def publishing(template: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the statements of the task role about CloudWatch."""
    policy = named(template, "AWS::IAM::Policy", "TaskRole")
    return [
        statement for statement in policy["PolicyDocument"]["Statement"] if "cloudwatch:" in text(statement["Action"])
    ]


class TestCapacity:
    @pytest.mark.parametrize(
        ("percent", "expected"),
        [
            (0, [{"CapacityProvider": "FARGATE", "Weight": 1}]),
            (
                50,
                [
                    {"CapacityProvider": "FARGATE", "Base": 1, "Weight": 50},
                    {"CapacityProvider": "FARGATE_SPOT", "Weight": 50},
                ],
            ),
            (
                100,
                [
                    {"CapacityProvider": "FARGATE", "Base": 1, "Weight": 1},
                    {"CapacityProvider": "FARGATE_SPOT", "Weight": 100},
                ],
            ),
        ],
    )
    def test_first_task_and_singletons_are_on_demand_the_rest_by_percent(
        self, synthesise: Synthesise, percent: int, expected: list[dict[str, Any]]
    ) -> None:
        template = production(synthesise, spot_percent=percent)
        for part in ("Web", "Worker"):
            assert named(template, "AWS::ECS::Service", f"Services{part}")["CapacityProviderStrategy"] == expected
        assert named(template, "AWS::ECS::Service", "ServicesBeat")["CapacityProviderStrategy"] == [
            {"CapacityProvider": "FARGATE", "Weight": 1}
        ]

    @pytest.mark.parametrize(("stack", "architecture"), [("dev-alpha", "ARM64"), ("dev-beta", "X86_64")])
    def test_tasks_of_the_application_have_the_declared_architecture(
        self, templates: dict[str, Any], stack: str, architecture: str
    ) -> None:
        platforms = [
            task["RuntimePlatform"]
            for task in of_type(templates[stack], "AWS::ECS::TaskDefinition")
            if task["ContainerDefinitions"][0]["Name"] == "app"
        ]
        assert len(platforms) == 4
        assert all(
            platform == {"CpuArchitecture": architecture, "OperatingSystemFamily": "LINUX"} for platform in platforms
        )


class TestRequests:
    CONFIG = ScalingConfig(min=2, max=8, requests_per_target=600)

    def test_follows_the_requests_of_its_target_group(self, synthesise: Synthesise) -> None:
        found = tracking(production(synthesise, web=self.CONFIG), "WebScalingRequests")
        assert found["TargetValue"] == 600
        metric = found["PredefinedMetricSpecification"]
        assert metric["PredefinedMetricType"] == "ALBRequestCountPerTarget"
        load_balancer, slash, target_group = metric["ResourceLabel"]["Fn::Join"][1]
        assert load_balancer == {"Ref": "BaseLoadBalancerFullName"}
        assert slash == "/"
        assert target_group["Fn::GetAtt"][1] == "TargetGroupFullName"

    def test_waits_until_the_load_balancer_knows_the_target_group(self, synthesise: Synthesise) -> None:
        """The policy needs the target, that needs the service, and that waits for the listener's rule."""
        template = production(synthesise, web=self.CONFIG)["Resources"]
        (service,) = (
            resource
            for logical_id, resource in template.items()
            if resource["Type"] == "AWS::ECS::Service" and "Web" in logical_id
        )
        assert any(template[other]["Type"].endswith("ListenerRule") for other in service["DependsOn"])

    def test_nothing_but_cpu_is_followed_when_nothing_else_is_declared(self, synthesise: Synthesise) -> None:
        template = production(synthesise, web=ScalingConfig(min=1, max=2, cpu_percent=55))
        (policy,) = of_type(template, "AWS::ApplicationAutoScaling::ScalingPolicy")
        configuration = policy["TargetTrackingScalingPolicyConfiguration"]
        assert configuration["TargetValue"] == 55
        assert configuration["PredefinedMetricSpecification"]["PredefinedMetricType"] == (
            "ECSServiceAverageCPUUtilization"
        )


class TestQueue:
    CONFIG = ScalingConfig(min=1, max=4, queue_length_per_task=100)

    def test_follows_the_waiting_messages_for_each_running_task(self, synthesise: Synthesise) -> None:
        found = tracking(production(synthesise, worker=self.CONFIG), "WorkerScalingQueue")
        assert found["TargetValue"] == 100
        waiting, running, per_task = found["CustomizedMetricSpecification"]["Metrics"]
        assert waiting["MetricStat"]["Metric"] == {
            "Namespace": queue_metric.NAMESPACE,
            "MetricName": queue_metric.QUEUE_LENGTH,
            "Dimensions": [
                {"Name": "Environment", "Value": "app.example.com"},
                {"Name": "Service", "Value": "worker"},
            ],
        }
        assert running["MetricStat"]["Metric"]["MetricName"] == "RunningTaskCount"
        assert per_task["Expression"] == f"{waiting['Id']} / {running['Id']}"
        assert (waiting["ReturnData"], running["ReturnData"]) == (False, False)
        assert "ReturnData" not in per_task

    def test_counts_tasks_by_container_insights_which_is_on(self, synthesise: Synthesise) -> None:
        template = production(synthesise, worker=self.CONFIG)
        (cluster,) = of_type(template, "AWS::ECS::Cluster")
        assert {"Name": "containerInsights", "Value": "enabled"} in cluster["ClusterSettings"]

    def test_the_application_may_publish_in_its_namespace_alone(self, synthesise: Synthesise) -> None:
        assert publishing(production(synthesise, worker=self.CONFIG)) == [
            {
                "Action": "cloudwatch:PutMetricData",
                "Condition": {"StringEquals": {"cloudwatch:namespace": "Django/Celery"}},
                "Effect": "Allow",
                "Resource": "*",
            }
        ]

    def test_without_a_queue_to_follow_it_may_not(self, synthesise: Synthesise) -> None:
        assert publishing(production(synthesise, worker=ScalingConfig(min=1, max=2))) == []

    def test_the_page_for_developers_names_the_metric(self) -> None:
        page = (ROOT / "docs" / "costs.md").read_text()
        assert f'Namespace="{queue_metric.NAMESPACE}"' in page
        assert f'"MetricName": "{queue_metric.QUEUE_LENGTH}"' in page
        for name in queue_metric.dimensions("www.example.com", "worker"):
            assert f'"Name": "{name}"' in page


def test_the_number_of_tasks_is_never_in_the_template(synthesise: Synthesise) -> None:
    scaling = ScalingConfig(min=2, max=4)
    template = production(synthesise, web=scaling, worker=scaling, spot_percent=50)
    assert not any("DesiredCount" in service for service in of_type(template, "AWS::ECS::Service"))
