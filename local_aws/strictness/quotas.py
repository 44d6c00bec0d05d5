"""The quotas of a new account, those that the environments of this machine can meet, and their use.

An account raises a quota as on AWS, by Service Quotas' RequestServiceQuotaIncrease, which is granted at once here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws import ministack
from local_aws.ministack import ApiError, seams

if TYPE_CHECKING:
    from collections.abc import Mapping

CPU_UNITS = 1024
"""CPU units of one vCPU."""


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota of an account in a region, by Service Quotas' codes of its service and its own."""

    service: str
    code: str
    name: str
    default: float


FARGATE = Quota("fargate", "L-3032A538", "Fargate On-Demand vCPU resource count", 6)
FARGATE_SPOT = Quota("fargate", "L-36FBB829", "Fargate Spot vCPU resource count", 6)
VPCS = Quota("vpc", "L-F678F1CE", "VPCs per Region", 5)
ADDRESSES = Quota("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", 5)
RULES = Quota("elasticloadbalancing", "L-0A5E9B69", "Rules per Application Load Balancer", 100)
TARGET_GROUPS = Quota("elasticloadbalancing", "L-8FD6F0D4", "Target Groups per Application Load Balancer", 100)

QUOTAS = (FARGATE, FARGATE_SPOT, VPCS, ADDRESSES, RULES, TARGET_GROUPS)
"""Fargate's are those of new accounts: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html

Others: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html and
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
"""

_raised = ministack.new_store()


def quota(code: str) -> Quota | None:
    """Return the quota with a code, or None if this machine knows no such quota."""
    return next((one for one in QUOTAS if one.code == code), None)


def value(of: Quota) -> float:
    """Return a quota of the account and region of the request, as it has been raised."""
    return float(_raised.get(of.code, {}).get("value", of.default))


def raise_to(of: Quota, wanted: float) -> None:
    """Raise a quota of the account and region of the request."""
    _raised[of.code] = {"value": wanted}


def vcpus_in_use(*, spot: bool) -> float:
    """Return the vCPUs of the tasks on Fargate that have not stopped, on Spot or on demand."""
    provider = "FARGATE_SPOT" if spot else "FARGATE"
    units = [
        float(task.get("cpu") or 0)
        for task in seams.tasks.all()
        if task["lastStatus"] != "STOPPED" and provider == (task.get("capacityProviderName") or task.get("launchType"))
    ]
    return sum(units) / CPU_UNITS


def vcpus_are_exceeded(vcpus: float, *, spot: bool) -> bool:
    """Return whether tasks with so many vCPUs are too many beside those that run."""
    return vcpus_in_use(spot=spot) + vcpus > value(FARGATE_SPOT if spot else FARGATE)


TOO_MANY_VCPUS = "You've reached the limit on the number of vCPUs you can run concurrently"
"""https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html"""


def refuse_vpc() -> None:
    """Refuse a VPC beyond the quota; the default VPC counts."""
    if len(ministack.call("ec2", "DescribeVpcs")["Vpcs"]) >= value(VPCS):
        raise ApiError("CreateVpc", "VpcLimitExceeded", "The maximum number of VPCs has been reached.")


def refuse_address() -> None:
    """Refuse an Elastic IP address beyond the quota."""
    if len(ministack.call("ec2", "DescribeAddresses")["Addresses"]) >= value(ADDRESSES):
        message = "The maximum number of addresses has been reached."
        raise ApiError("AllocateAddress", "AddressLimitExceeded", message)


def refuse_rule(listener_arn: str) -> None:
    """Refuse a rule beyond the quota of its load balancer. Default rules do not count."""
    listener = seams.listeners.get(listener_arn)
    if listener is None:
        return  # the API says so itself
    balancer = listener["LoadBalancerArn"]
    own = {one["ListenerArn"] for one in seams.listeners.all() if one["LoadBalancerArn"] == balancer}
    rules = [one for one in seams.listener_rules.all() if one["ListenerArn"] in own and not _is_default(one)]
    if len(rules) >= value(RULES):
        message = "You've reached the limit on the number of rules per load balancer."
        raise ApiError("CreateRule", "TooManyRules", message)


def _is_default(rule: Mapping[str, object]) -> bool:
    return rule.get("Priority") == "default" or str(rule.get("IsDefault", "")).lower() == "true"
