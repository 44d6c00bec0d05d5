"""Quotas of a new account: what exceeds one is refused, until Service Quotas is asked for more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.gitops.checkouts import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_aws.accounts import Account
    from tests.local_aws.runtimes import Runtime

FARGATE, FARGATE_SPOT = "L-3032A538", "L-36FBB829"


def raise_quota(account: Account, service: str, code: str, value: int) -> None:
    account.client("service-quotas").request_service_quota_increase(
        ServiceCode=service, QuotaCode=code, DesiredValue=value
    )


def until_refused(do: Callable[[], object]) -> tuple[int, str]:
    """Do something until it is refused; return how often it was not, and the error code."""
    for number in range(20):
        try:
            do()
        except ClientError as error:
            return number, str(error.response["Error"]["Code"])
    raise AssertionError("never refused")


def test_an_account_has_five_vpcs_in_a_region_of_which_one_is_there_already(account: Account) -> None:
    ec2 = account.client("ec2")

    made, code = until_refused(lambda: ec2.create_vpc(CidrBlock="10.0.0.0/16"))
    with pytest.raises(WaiterError):
        account.deploy("it", {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}})

    assert (made, code) == (4, "VpcLimitExceeded")
    assert any("The maximum number of VPCs has been reached." in reason for reason in account.failures("it"))

    account.delete("it")
    raise_quota(account, "vpc", "L-F678F1CE", 6)
    assert until_refused(lambda: ec2.create_vpc(CidrBlock="10.0.0.0/16")) == (1, "VpcLimitExceeded")


def test_an_account_has_five_elastic_ip_addresses_in_a_region(account: Account) -> None:
    ec2 = account.client("ec2")

    assert until_refused(ec2.allocate_address) == (5, "AddressLimitExceeded")
    with pytest.raises(WaiterError):
        account.deploy("it", {"Address": {"Type": "AWS::EC2::EIP"}})

    assert any("The maximum number of addresses has been reached." in reason for reason in account.failures("it"))


def test_a_load_balancer_has_a_hundred_rules(account: Account) -> None:
    elb = account.client("elbv2")
    balancer = elb.create_load_balancer(Name="it", Subnets=["subnet-1"])["LoadBalancers"][0]["LoadBalancerArn"]
    answer = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    first, second = (
        elb.create_listener(LoadBalancerArn=balancer, Port=port, Protocol="HTTP", DefaultActions=answer)["Listeners"][
            0
        ]["ListenerArn"]
        for port in (80, 81)
    )

    def rule(listener: str, priority: int) -> None:
        condition = [{"Field": "path-pattern", "Values": ["/a"]}]
        elb.create_rule(ListenerArn=listener, Priority=priority, Conditions=condition, Actions=answer)

    for priority in range(1, 101):
        rule(first if priority % 2 else second, priority)
    with pytest.raises(ClientError, match="TooManyRules"):
        rule(first, 101)

    raise_quota(account, "elasticloadbalancing", "L-0A5E9B69", 101)
    rule(first, 101)
    limits = {one["Name"]: one["Max"] for one in elb.describe_account_limits()["Limits"]}
    assert limits["rules-per-application-load-balancer"] == "101"


def run(account: Account, *, spot: bool, count: int = 1) -> dict[str, Any]:
    """Run tasks of two vCPUs, which go on."""
    ecs = account.client("ecs")
    ecs.create_cluster()
    variables = [{"name": "SIMULATED_EXIT_CODE", "value": "never"}]
    container = {"name": "app", "image": "nothing:v1", "environment": variables}
    ecs.register_task_definition(family="it", cpu="2048", memory="4096", containerDefinitions=[container])
    strategy = [{"capacityProvider": "FARGATE_SPOT" if spot else "FARGATE", "weight": 1}]
    answer: dict[str, Any] = ecs.run_task(taskDefinition="it", capacityProviderStrategy=strategy, count=count)
    return answer


@pytest.mark.parametrize("spot", [True, False])
def test_a_new_account_has_six_vcpus_on_spot_and_six_on_demand(account: Account, *, spot: bool) -> None:
    assert run(account, spot=spot, count=3)["failures"] == []

    refused = run(account, spot=spot)
    other = run(account, spot=not spot)

    assert refused["tasks"] == []
    (failure,) = refused["failures"]
    assert failure["reason"] == "You've reached the limit on the number of vCPUs you can run concurrently"
    assert other["failures"] == []
    raise_quota(account, "fargate", FARGATE_SPOT if spot else FARGATE, 8)
    assert run(account, spot=spot)["failures"] == []


def test_a_task_that_has_stopped_counts_no_more(account: Account) -> None:
    task = run(account, spot=True, count=3)["tasks"][0]
    account.client("ecs").stop_task(task=task["taskArn"])

    assert run(account, spot=True)["failures"] == []


def test_a_service_says_that_it_could_not_place_a_task(runtime: Runtime) -> None:
    ecs = runtime.client("ecs")
    ecs.create_cluster(clusterName="it")
    definition = runtime.definition("sleep", "60")
    registered = ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]
    kept = {name: registered[name] for name in ("containerDefinitions", "executionRoleArn", "taskRoleArn")}
    ecs.register_task_definition(family="large", cpu="4096", memory="8192", **kept)
    ecs.create_service(cluster="it", serviceName="it", taskDefinition="large", desiredCount=2, launchType="FARGATE")

    def events() -> list[str]:
        (service,) = ecs.describe_services(cluster="it", services=["it"])["services"]
        return [event["message"] for event in service["events"]]

    wait_until(events)
    assert any("was unable to place a task. Reason: You've reached the limit" in event for event in events())
    assert len(ecs.list_tasks(cluster="it")["taskArns"]) == 1
    ecs.update_service(cluster="it", service="it", desiredCount=0)


def test_a_quota_that_nobody_knows_does_not_exist(account: Account) -> None:
    quotas = account.client("service-quotas")

    with pytest.raises(quotas.exceptions.NoSuchResourceException):
        quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-00000000")
    with pytest.raises(quotas.exceptions.IllegalArgumentException):
        raise_quota(account, "vpc", "L-F678F1CE", 5)

    assert quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-F678F1CE")["Quota"]["Value"] == 5
    assert {one["QuotaCode"] for one in quotas.list_service_quotas(ServiceCode="fargate")["Quotas"]} == {
        FARGATE,
        FARGATE_SPOT,
    }
