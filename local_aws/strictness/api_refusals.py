"""Which calls of the APIs AWS would refuse for the state of an account, by service and operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.strictness import names, protections, quotas, service_linked_roles, task_starts, throttling

if TYPE_CHECKING:
    from local_aws.strictness.gate import Refusals

REFUSALS: Refusals = {
    ("cloudformation", "DescribeStacks"): lambda _call: throttling.throttle_describe_stacks(),
    ("ec2", "AllocateAddress"): lambda _call: quotas.refuse_address(),
    ("ec2", "CreateVpc"): lambda _call: quotas.refuse_vpc(),
    ("ec2", "DeleteSecurityGroup"): lambda call: protections.keep_security_group_in_use(call.get("GroupId", "")),
    ("ec2", "DeleteSubnet"): lambda call: protections.keep_subnet_in_use(call["SubnetId"]),
    ("ec2", "DeleteVpc"): lambda call: protections.keep_vpc_in_use(call["VpcId"]),
    ("ecs", "DeleteCluster"): lambda call: protections.keep_cluster_in_use(call["cluster"]),
    ("ecs", "CreateCluster"): lambda _call: service_linked_roles.require_ecs_role(),
    ("ecs", "CreateService"): lambda call: task_starts.require_cluster(call.get("cluster")),
    ("ecs", "RunTask"): lambda call: task_starts.require_cluster(call.get("cluster")),
    ("ecs", "PutClusterCapacityProviders"): lambda call: protections.keep_capacity_providers_in_use(
        call["cluster"], call["capacityProviders"]
    ),
    ("elbv2", "CreateRule"): lambda call: quotas.refuse_rule(call["ListenerArn"]),
    ("elbv2", "DeleteLoadBalancer"): lambda call: protections.keep_protected_balancer(call["LoadBalancerArn"]),
    ("elbv2", "DeleteTargetGroup"): lambda call: protections.keep_target_group_in_use(call["TargetGroupArn"]),
    ("secretsmanager", "CreateSecret"): lambda call: names.refuse_secret_to_be_deleted(call["Name"]),
}
"""Other refusals, such as a bucket that is not empty or a protected database, are MiniStack's own."""
