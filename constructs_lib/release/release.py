"""What happens before the services of a new version roll: the database is there, the release command has run."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from constructs import Construct, IDependable

from constructs_lib.base_interface import ImportedBase
from constructs_lib.config.model import ServiceConfig
from constructs_lib.config.naming import DATABASE_TASK, RELEASE_TASK, EnvironmentName, one_off_family
from constructs_lib.data.app_database import AppDatabase
from constructs_lib.release.one_off_task import OneOffTask
from constructs_lib.services.application import Application

CPU = 512
MEMORY_MIB = 1024
STOP_TIMEOUT_SECONDS = 120


class Release(Construct):
    """Makes the application's database, then runs its release command; services depend on `finished`.

    The command runs once what it needs besides the database is there, `command_needs`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: EnvironmentName,
        application: Application,
        command: Sequence[str],
        seed_from: str | None,
        base: ImportedBase,
        engine_version: str,
        cluster: ecs.ICluster,
        security_groups: list[ec2.ISecurityGroup],
        log_retention_days: int,
        environment_on_delete: Mapping[str, str] | None,
        shares_instance: bool,
        command_needs: Sequence[IDependable] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        self.database = AppDatabase(
            self,
            "Database",
            family=one_off_family(name, DATABASE_TASK),
            database=name.database,
            shares_instance=shares_instance,
            seed_from=seed_from,
            password=application.database_secret,
            master_credentials_arn=base.master_credentials_arn,
            host=base.database_host,
            engine_version=engine_version,
            log_retention_days=log_retention_days,
        )
        provisioned = OneOffTask(
            self,
            "Provision",
            description="the database task",
            task_definition=self.database.task_definition,
            cluster=cluster,
            vpc=base.vpc,
            security_groups=security_groups,
            service_token=base.task_runner_arn,
            environment_on_delete=environment_on_delete,
            awaits_tasks_on_delete=True,
        )
        self.provisioned = self.finished = provisioned.ended
        if not command:
            return
        prepared = run_command(
            self,
            name=name,
            task_name=RELEASE_TASK,
            description="the release command",
            application=application,
            command=command,
            base=base,
            cluster=cluster,
            security_groups=security_groups,
        )
        prepared.node.add_dependency(provisioned.ended, *command_needs)
        self.finished = prepared.ended


def run_command(
    scope: Construct,
    *,
    name: EnvironmentName,
    task_name: str,
    description: str,
    application: Application,
    command: Sequence[str],
    base: ImportedBase,
    cluster: ecs.ICluster,
    security_groups: list[ec2.ISecurityGroup],
    fails_deployment: bool = True,
) -> OneOffTask:
    """Add a task of the application that runs a command once for each version, and that the deployment waits for."""
    task = application.define_task(
        scope,
        family=one_off_family(name, task_name),
        service_name=task_name,
        service=ServiceConfig(command=tuple(command), cpu=CPU, memory_mib=MEMORY_MIB),
        stop_timeout_seconds=STOP_TIMEOUT_SECONDS,
    )
    return OneOffTask(
        scope,
        "Command",
        description=description,
        task_definition=task,
        cluster=cluster,
        vpc=base.vpc,
        security_groups=security_groups,
        service_token=base.task_runner_arn,
        fails_deployment=fails_deployment,
    )
