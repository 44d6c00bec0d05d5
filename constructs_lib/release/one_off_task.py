"""A task that a deployment waits for."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from constructs import Construct

TIMEOUT_SECONDS = 55 * 60
"""A little less than the hour that CloudFormation waits, so that the task's own message is what people see."""


class OneOffTask(Construct):
    """Runs a task definition once when it is new or has changed, and fails the deployment when the task fails.

    With `fails_deployment=False` it does not; the attribute `Outcome` says in words how the task has ended.

    What depends on `ended` waits until the task has ended well. With `environment_on_delete` it runs once
    more, with those variables added, when the stack is deleted. A rollback runs nothing, and stops what still runs.

    With `awaits_tasks_on_delete`, deletion waits until no task of the cluster is left: those that belong to no service
    are stopped. What goes before it is all that starts tasks; what goes after it, all that tasks use.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        description: str,
        task_definition: ecs.FargateTaskDefinition,
        cluster: ecs.ICluster,
        vpc: ec2.IVpc,
        security_groups: list[ec2.ISecurityGroup],
        service_token: str,
        environment_on_delete: Mapping[str, str] | None = None,
        awaits_tasks_on_delete: bool = False,
        fails_deployment: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        self.ended = cdk.CustomResource(
            self,
            "Run",
            resource_type="Custom::OneOffTask",
            service_token=service_token,
            service_timeout=cdk.Duration.minutes(60),
            properties={
                **task_properties(
                    description=description,
                    task_definition=task_definition,
                    cluster=cluster,
                    vpc=vpc,
                    security_groups=security_groups,
                    timeout_seconds=TIMEOUT_SECONDS,
                ),
                **({} if fails_deployment else {"OnFailure": "Tell"}),
                **({} if environment_on_delete is None else {"EnvironmentOnDelete": dict(environment_on_delete)}),
                **({"AwaitsTasksOnDelete": "true"} if awaits_tasks_on_delete else {}),
            },
        )
        # The task needs what its roles may do, not only the roles.
        self.ended.node.add_dependency(task_definition.task_role, task_definition.obtain_execution_role())


def task_properties(
    *,
    description: str,
    task_definition: ecs.FargateTaskDefinition,
    cluster: ecs.ICluster,
    vpc: ec2.IVpc,
    security_groups: list[ec2.ISecurityGroup],
    timeout_seconds: int,
) -> dict[str, object]:
    """Return what the task runner of a base has to know of a task. Raises ValueError for one that does not log."""
    container = task_definition.default_container
    if container is None or container.log_driver_config is None:
        raise ValueError(f"{description}: the task needs a container that logs")
    log_options = container.log_driver_config.options or {}
    return {
        "Description": description,
        "Cluster": cluster.cluster_name,
        "TaskDefinition": task_definition.task_definition_arn,
        "Container": container.container_name,
        "LogGroup": log_options["awslogs-group"],
        "LogStreamPrefix": log_options["awslogs-stream-prefix"],
        "Subnets": vpc.select_subnets(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS).subnet_ids,
        "SecurityGroups": [group.security_group_id for group in security_groups],
        "TimeoutSeconds": str(timeout_seconds),
    }
