"""A service behind a load balancer, and requests to it."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING, Any

from tests.local_aws.runtimes import ALLOW_ALL, TRUST_TASKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.local_aws.runtimes import Runtime

HOST = "alpha.dev.example.com"


def resources(
    python: str,
    *,
    tag: str,
    count: int = 1,
    greeting: str = "hello",
    container: Mapping[str, Any] | None = None,
    **service: Any,
) -> dict[str, Any]:
    """Return a stack; `container` are more fields of the container's definition, the rest is the service's."""
    options = {"awslogs-group": {"Ref": "Logs"}, "awslogs-stream-prefix": "app", "awslogs-region": "eu-central-1"}
    definition = {
        "Name": "app",
        "Image": f"111111111111.dkr.ecr.eu-central-1.amazonaws.com/shop:{tag}",
        "Command": [python, "shop.py", "--bind=0.0.0.0:8000"],
        "Environment": [{"Name": "GREETING", "Value": greeting}],
        "PortMappings": [{"ContainerPort": 8000}],
        "LogConfiguration": {"LogDriver": "awslogs", "Options": options},
        "StopTimeout": 10,
        **(container or {}),
    }
    forward = [{"Type": "forward", "TargetGroupArn": {"Ref": "Group"}}]
    condition = {"Field": "host-header", "HostHeaderConfig": {"Values": [HOST]}, "Values": [HOST]}
    breaker = {"Enable": True, "Rollback": True}
    return {
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "shop"}},
        "Cluster": {"Type": "AWS::ECS::Cluster"},
        "Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Type": "application"}},
        "Listener": {
            "Type": "AWS::ElasticLoadBalancingV2::Listener",
            "Properties": {
                "LoadBalancerArn": {"Ref": "Balancer"},
                "Port": 443,
                "Protocol": "HTTPS",
                "DefaultActions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
            },
        },
        "Rule": {
            "Type": "AWS::ElasticLoadBalancingV2::ListenerRule",
            "Properties": {
                "ListenerArn": {"Ref": "Listener"},
                "Priority": 1,
                "Conditions": [condition],
                "Actions": forward,
            },
        },
        "Group": {
            "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
            "Properties": {
                "TargetType": "ip",
                "Port": 8000,
                "Protocol": "HTTP",
                "HealthCheckPath": "/health",
                "HealthCheckIntervalSeconds": 5,
                "HealthyThresholdCount": 2,
                "UnhealthyThresholdCount": 2,
                "Matcher": {"HttpCode": "200"},
                "TargetGroupAttributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": "10"}],
            },
        },
        "ExecutionRole": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": TRUST_TASKS,
                "Policies": [{"PolicyName": "all", "PolicyDocument": ALLOW_ALL}],
            },
        },
        "Task": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {
                "Family": "shop",
                "ContainerDefinitions": [definition],
                "ExecutionRoleArn": {"Fn::GetAtt": ["ExecutionRole", "Arn"]},
            },
        },
        "Service": {
            "Type": "AWS::ECS::Service",
            "DependsOn": ["Rule"],
            "Properties": {
                "Cluster": {"Ref": "Cluster"},
                "ServiceName": "shop",
                "DesiredCount": count,
                "TaskDefinition": {"Ref": "Task"},
                "HealthCheckGracePeriodSeconds": 3,
                "DeploymentConfiguration": {"DeploymentCircuitBreaker": breaker},
                "LoadBalancers": [{"ContainerName": "app", "ContainerPort": 8000, "TargetGroupArn": {"Ref": "Group"}}],
                **service,
            },
        },
    }


class Shop:
    """The service of a stack, and requests to it through its load balancer."""

    def __init__(self, runtime: Runtime, python: str) -> None:
        self.runtime = runtime
        self.python = python

    def deploy(self, tag: str, *, environment: str = "", **more: Any) -> None:
        """Deploy a version of the image, as an environment if one is named."""
        self.runtime.deploy(
            "it",
            resources(self.python, tag=tag, **more),
            tags={"gitops:environment": environment} if environment else {},
            Outputs={"Url": {"Value": f"https://{HOST}"}},
        )

    def tasks(self) -> list[str]:
        ecs = self.runtime.client("ecs")
        (cluster,) = ecs.list_clusters()["clusterArns"]
        return list(ecs.list_tasks(cluster=cluster)["taskArns"])

    def service(self) -> dict[str, Any]:
        ecs = self.runtime.client("ecs")
        (cluster,) = ecs.list_clusters()["clusterArns"]
        (found,) = ecs.describe_services(cluster=cluster, services=["shop"])["services"]
        return dict(found)

    def get(self, path: str = "/") -> str:
        (balancer,) = self.runtime.client("elbv2").describe_load_balancers()["LoadBalancers"]
        request = urllib.request.Request(  # noqa: S310 - an http address
            f"{self.runtime.aws.endpoint}/_alb/{balancer['LoadBalancerName']}{path}",
            headers={"Host": f"{HOST}:443", "Authorization": self._scope()},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - the same
            return str(answer.read().decode())

    def _scope(self) -> str:
        """What makes MiniStack take the request for one to this account and region."""
        credential = f"Credential={self.runtime.number}/20260101/eu-central-1/elasticloadbalancing/aws4_request"
        return f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0"
