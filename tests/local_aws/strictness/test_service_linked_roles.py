"""An account has no service-linked role until a service is used; ECS's comes too late for the first cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.local_aws.accounts import Account

if TYPE_CHECKING:
    from local_aws import lifecycle

CLUSTER = {"Cluster": {"Type": "AWS::ECS::Cluster"}}


@pytest.fixture
def new_account(account: Account, embedded_aws: lifecycle.EmbeddedAws) -> Account:
    """An account in which no service has been used."""
    return Account(embedded_aws, str(int(account.number) + 500_000_000))


def linked_roles(account: Account) -> dict[str, str]:
    """Return the names of service-linked roles by their services."""
    roles = account.client("iam").list_roles(PathPrefix="/aws-service-role/")["Roles"]
    return {role["Path"].split("/")[2]: role["RoleName"] for role in roles}


def test_the_first_cluster_of_an_account_is_refused_and_the_second_is_not(new_account: Account) -> None:
    ecs = new_account.client("ecs")

    with pytest.raises(ClientError, match="Unable to assume the service linked role"):
        ecs.create_cluster(clusterName="it")
    ecs.create_cluster(clusterName="it")

    assert linked_roles(new_account) == {"ecs.amazonaws.com": "AWSServiceRoleForECS"}


def test_the_first_cluster_of_a_stack_is_refused_unless_the_role_was_made_before(new_account: Account) -> None:
    with pytest.raises(WaiterError):
        new_account.deploy("it", CLUSTER)
    other = Account(new_account.aws, str(int(new_account.number) + 100_000_000))
    other.use_ecs()

    other.deploy("it", CLUSTER)

    assert any("Unable to assume the service linked role" in reason for reason in new_account.failures("it"))


def test_a_role_is_made_once_by_its_own_name(new_account: Account) -> None:
    iam = new_account.client("iam")
    for service in ("ecs.amazonaws.com", "ecs.application-autoscaling.amazonaws.com"):
        made = iam.create_service_linked_role(AWSServiceName=service)["Role"]
        assert made["Path"] == f"/aws-service-role/{service}/"

    with pytest.raises(iam.exceptions.InvalidInputException, match="has been taken in this account"):
        iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")

    assert linked_roles(new_account) == {
        "ecs.amazonaws.com": "AWSServiceRoleForECS",
        "ecs.application-autoscaling.amazonaws.com": "AWSServiceRoleForApplicationAutoScaling_ECSService",
    }


@pytest.mark.parametrize(
    ("resource_type", "properties", "service", "role"),
    [
        (
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            {},
            "elasticloadbalancing.amazonaws.com",
            "AWSServiceRoleForElasticLoadBalancing",
        ),
        (
            "AWS::RDS::DBInstance",
            {
                "Engine": "postgres",
                "DBInstanceClass": "db.t4g.micro",
                "AllocatedStorage": "20",
                "MasterUsername": "master",
                "MasterUserPassword": "not-a-secret",
            },
            "rds.amazonaws.com",
            "AWSServiceRoleForRDS",
        ),
        (
            "AWS::ElastiCache::ReplicationGroup",
            {
                "ReplicationGroupDescription": "it",
                "Engine": "valkey",
                "CacheNodeType": "cache.t4g.micro",
                "NumCacheClusters": 1,
            },
            "elasticache.amazonaws.com",
            "AWSServiceRoleForElastiCache",
        ),
    ],
)
def test_other_services_make_their_role_at_their_first_use(
    new_account: Account, resource_type: str, properties: dict[str, Any], service: str, role: str
) -> None:
    assert linked_roles(new_account) == {}

    new_account.deploy("it", {"It": {"Type": resource_type, "Properties": properties}})

    assert linked_roles(new_account) == {service: role}
