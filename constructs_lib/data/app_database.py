"""An application's own database and role on the instance of its base."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.config.naming import DATABASE_TASK
from constructs_lib.observability.log_group import TaskLogGroup

SCRIPT = Path(__file__).parent / "scripts" / "app_database.sh"
CONTAINER_NAME = "psql"
CPU = 256
MEMORY_MIB = 512

ON_DELETE = {"ACTION": "drop"}
"""Variables with which the task takes away what it made."""


class AppDatabase(Construct):
    """The task that makes the database and its role, and drops them; idempotent.

    It runs PostgreSQL's own image, so that it needs none of the application's. Only its execution role reads the
    master's credentials; the container gets them from ECS, and the application never does.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        family: str,
        database: str,
        shares_instance: bool,
        seed_from: str | None,
        password: secretsmanager.ISecret,
        master_credentials_arn: str,
        host: str,
        engine_version: str,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        master = secretsmanager.Secret.from_secret_complete_arn(self, "Master", master_credentials_arn)
        principal = iam.ServicePrincipal(
            "ecs-tasks.amazonaws.com",
            conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}},
        )
        self.task_definition = ecs.FargateTaskDefinition(
            self,
            "TaskDefinition",
            family=family,
            cpu=CPU,
            memory_limit_mib=MEMORY_MIB,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ecs.CpuArchitecture.ARM64, operating_system_family=ecs.OperatingSystemFamily.LINUX
            ),
            task_role=iam.Role(self, "TaskRole", assumed_by=principal, description="May do nothing"),
            execution_role=iam.Role(
                self, "ExecutionRole", assumed_by=principal, description="Hands the master's password to the task"
            ),
        )
        acknowledge(self.task_definition, {"AwsSolutions-ECS2": "Plain variables hold no secret"})
        self.task_definition.add_container(
            CONTAINER_NAME,
            container_name=CONTAINER_NAME,
            image=ecs.ContainerImage.from_registry(
                f"public.ecr.aws/docker/library/postgres:{engine_version.partition('.')[0]}-alpine"
            ),
            command=["sh", "-c", SCRIPT.read_text()],
            environment={
                "ACTION": "provision",
                "APP_DATABASE": database,
                "PGDATABASE": "postgres",
                "PGHOST": host,
                "PGSSLMODE": "require",
                "SHARED": "yes" if shares_instance else "no",
                **({} if seed_from is None else {"SEED_FROM": seed_from}),
            },
            secrets={
                "APP_PASSWORD": ecs.Secret.from_secrets_manager(password),
                "PGPASSWORD": ecs.Secret.from_secrets_manager(master, "password"),
                "PGUSER": ecs.Secret.from_secrets_manager(master, "username"),
            },
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix=CONTAINER_NAME,
                log_group=TaskLogGroup(self, "Logs", of=DATABASE_TASK, retention_days=log_retention_days),
            ),
        )
