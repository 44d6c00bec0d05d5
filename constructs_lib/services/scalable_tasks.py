"""The number of tasks of a service as a scalable target, without a role of its own."""

from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs


def scalable_tasks(service: ecs.FargateService, *, min_capacity: int, max_capacity: int) -> ecs.ScalableTaskCount:
    """Return the number of tasks of a service as something that scales, by Auto Scaling's service-linked role.

    The CDK names that role, and IAM then asks whether the caller may pass it. Without a name, Auto Scaling takes it.
    https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html
    """
    count = service.auto_scale_task_count(min_capacity=min_capacity, max_capacity=max_capacity)
    target = cast("cdk.CfnResource", count.node.find_child("Target").node.default_child)
    target.add_property_deletion_override("RoleARN")
    return count
