"""What happens once the services of a new version run: the command after the release."""

from collections.abc import Iterable, Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from constructs import Construct, IDependable

from constructs_lib.base_interface import ImportedBase
from constructs_lib.config.naming import POST_RELEASE_OUTPUT, POST_RELEASE_TASK, EnvironmentName
from constructs_lib.release.release import run_command
from constructs_lib.services.application import Application


class PostRelease(Construct):
    """Runs a command once the services have rolled. Its failure is an output of the stack, and rolls nothing back.

    People use the new version by then: docs/adr/0015. Without a command there is nothing.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: EnvironmentName,
        application: Application,
        command: Sequence[str],
        base: ImportedBase,
        cluster: ecs.ICluster,
        security_groups: list[ec2.ISecurityGroup],
        after: Iterable[IDependable],
    ) -> None:
        super().__init__(scope, construct_id)
        if not command:
            return
        ran = run_command(
            self,
            name=name,
            task_name=POST_RELEASE_TASK,
            description="the command after the release",
            application=application,
            command=command,
            base=base,
            cluster=cluster,
            security_groups=security_groups,
            fails_deployment=False,
        )
        ran.ended.node.add_dependency(*after)
        output = cdk.CfnOutput(self, "Outcome", value=ran.ended.get_att_string("Outcome"))
        output.override_logical_id(POST_RELEASE_OUTPUT)
