"""AWS::ElasticLoadBalancingV2::LoadBalancer, corrected: MiniStack's CloudFormation deletes a protected one."""

from __future__ import annotations

from local_aws import ministack
from local_aws.resource_types.base import Correction, Properties, gone_is_fine


def _require_unprotected(physical_id: str, _properties: Properties) -> None:
    with gone_is_fine("LoadBalancerNotFound"):
        answer = ministack.call("elbv2", "DescribeLoadBalancerAttributes", LoadBalancerArn=physical_id)
        if {"Key": "deletion_protection.enabled", "Value": "true"} in answer["Attributes"]:
            raise ministack.ApiError(
                "DeleteLoadBalancer",
                "OperationNotPermitted",
                f"{physical_id} has deletion protection; turn it off and try again.",
            )


CORRECTIONS = (Correction(name="AWS::ElasticLoadBalancingV2::LoadBalancer", deleting=_require_unprotected),)
