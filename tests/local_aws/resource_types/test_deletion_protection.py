"""What is corrected of databases and load balancers: a protected one is not deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import WaiterError

if TYPE_CHECKING:
    from tests.local_aws.accounts import Account


def database(*, protected: bool) -> dict[str, Any]:
    properties = {
        "Engine": "postgres",
        "DBInstanceClass": "db.t4g.micro",
        "AllocatedStorage": "20",
        "MasterUsername": "master",
        "MasterUserPassword": "not-a-secret",
        "DeletionProtection": protected,
    }
    return {"It": {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Delete", "Properties": properties}}


def balancer(*, protected: bool) -> dict[str, Any]:
    attribute = {"Key": "deletion_protection.enabled", "Value": str(protected).lower()}
    properties = {"LoadBalancerAttributes": [attribute]}
    return {"It": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": properties}}


@pytest.mark.parametrize("template", [database, balancer])
def test_protected_resource_stays_until_its_protection_is_off(account: Account, template: Any) -> None:
    account.deploy("it", template(protected=True))
    with pytest.raises(WaiterError):
        account.delete("it")
    assert any("deletion protection" in reason for reason in account.failures("it"))

    unprotect(account)
    account.delete("it")

    assert remaining(account) == []


@pytest.mark.parametrize("template", [database, balancer])
def test_unprotected_resource_is_deleted(account: Account, template: Any) -> None:
    account.deploy("it", template(protected=False))

    account.delete("it")

    assert remaining(account) == []


def remaining(account: Account) -> list[str]:
    databases = account.client("rds").describe_db_instances()["DBInstances"]
    balancers = account.client("elbv2").describe_load_balancers()["LoadBalancers"]
    return [d["DBInstanceIdentifier"] for d in databases] + [b["LoadBalancerArn"] for b in balancers]


def unprotect(account: Account) -> None:
    rds, elb = account.client("rds"), account.client("elbv2")
    for instance in rds.describe_db_instances()["DBInstances"]:
        rds.modify_db_instance(DBInstanceIdentifier=instance["DBInstanceIdentifier"], DeletionProtection=False)
    for found in elb.describe_load_balancers()["LoadBalancers"]:
        attribute = {"Key": "deletion_protection.enabled", "Value": "false"}
        elb.modify_load_balancer_attributes(LoadBalancerArn=found["LoadBalancerArn"], Attributes=[attribute])
