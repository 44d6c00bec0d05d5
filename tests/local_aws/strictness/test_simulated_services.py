"""Services of images without a folder: their tasks are simulated, once their registry has the image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import WaiterError

from tests.local_aws.accounts import push_image

if TYPE_CHECKING:
    from tests.local_aws.accounts import Account


def service(account: Account, tag: str) -> dict[str, Any]:
    image = f"{account.number}.dkr.ecr.eu-central-1.amazonaws.com/simulated:{tag}"
    breaker = {"DeploymentCircuitBreaker": {"Enable": True, "Rollback": True}}
    pull = {"Statement": [{"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}]}
    trust = {
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}
        ]
    }
    role = {"AssumeRolePolicyDocument": trust, "Policies": [{"PolicyName": "pull", "PolicyDocument": pull}]}
    return {
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
        "Cluster": {"Type": "AWS::ECS::Cluster"},
        "Task": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {
                "Family": "it",
                "ExecutionRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                "ContainerDefinitions": [{"Name": "app", "Image": image}],
            },
        },
        "Service": {
            "Type": "AWS::ECS::Service",
            "Properties": {
                "Cluster": {"Ref": "Cluster"},
                "ServiceName": "it",
                "TaskDefinition": {"Ref": "Task"},
                "LaunchType": "FARGATE",
                "DeploymentConfiguration": breaker,
            },
        },
    }


def running(account: Account) -> tuple[int, str]:
    """Return how many tasks run, and the revision that the service has."""
    ecs = account.client("ecs")
    (cluster,) = ecs.list_clusters()["clusterArns"]
    (found,) = ecs.describe_services(cluster=cluster, services=["it"])["services"]
    return found["runningCount"], found["taskDefinition"].rpartition(":")[2]


def test_a_service_whose_image_no_registry_has_fails_its_stack(account: Account) -> None:
    with pytest.raises(WaiterError):
        account.deploy("it", service(account, "v1"))

    assert any("CannotPullContainerError" in reason for reason in account.failures("it"))


def test_a_service_goes_back_to_the_image_that_there_is_and_on_to_the_next(account: Account) -> None:
    push_image(account.aws, account.number, "simulated:v1")
    account.deploy("it", service(account, "v1"))
    assert running(account) == (1, "1")

    with pytest.raises(WaiterError):
        account.deploy("it", service(account, "v2"))
    assert running(account) == (1, "1")

    push_image(account.aws, account.number, "simulated:v2")
    account.deploy("it", service(account, "v2"))
    count, revision = running(account)
    assert count == 1
    assert revision != "1"
