"""What all containers of one application share: image, variables, secrets, roles."""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.base_interface import ImportedBase
from constructs_lib.config import references
from constructs_lib.config.contract import CACHE_URL, DATABASE_PASSWORD, DEFAULT_SENDER, SETTINGS_MODULE
from constructs_lib.config.images import ImageName
from constructs_lib.config.model import AppConfig, Architecture, ServiceConfig
from constructs_lib.config.naming import CONTAINER_NAME, DATABASE_PASSWORD_SECRET, EnvironmentName
from constructs_lib.data.composed_secret import ComposedSecret, value_of
from constructs_lib.data.storage import ApplicationBucket
from constructs_lib.network.ports import CACHE_PORT, POSTGRES_PORT
from constructs_lib.observability.log_group import TaskLogGroup
from constructs_lib.services import permissions
from constructs_lib.services.variables import ReferenceValues, SecretValue

PASSWORD_LENGTH = 48
SECRET_KEY_LENGTH = 64

_CPU_ARCHITECTURES: Mapping[Architecture, ecs.CpuArchitecture] = {
    "arm64": ecs.CpuArchitecture.ARM64,
    "x86_64": ecs.CpuArchitecture.X86_64,
}


class Application(Construct):
    """Defines the application's tasks. Nothing it owns is shared with another application.

    The variables are those of `constructs_lib.config.contract`, and those of its declaration with the references of
    `constructs_lib.config.references`. `cache_host` is None where the cache takes more than a host; `cache_url` is a
    secret where it has a password, and None where there is no cache. `sender` is the address that mail comes from by
    default, None where the base has no `mail`. A service gets the secrets that its declaration says.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: EnvironmentName,
        config: AppConfig,
        host: str,
        base: ImportedBase,
        storage: ApplicationBucket,
        sender: str | None,
        cache_host: str | None,
        cache_url: str | ComposedSecret | None,
        log_retention_days: int,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self._config = config
        self._log_retention_days = log_retention_days
        self._removal_policy = removal_policy
        self._repositories: dict[str, ecr.IRepository] = {}
        self._other_role: iam.Role | None = None
        self.database_secret = self._generated_secret(
            DATABASE_PASSWORD_SECRET, f"Password of {name}'s database role", PASSWORD_LENGTH
        )
        self.secret_key = self._generated_secret("SecretKey", f"Django's SECRET_KEY of {name}", SECRET_KEY_LENGTH)
        self.execution_role = self._role("ExecutionRole", "Starts tasks: pulls images, reads secrets, writes logs")
        self.task_role = self._role("TaskRole", "The application itself")
        self.database_secret.grant_read(self.task_role)
        storage.grant_read_write(self.task_role)
        permissions.grant(self.task_role, config.permissions, domain=base.domain)
        acknowledge(
            self,
            {
                "AwsSolutions-IAM5[Resource::*]": "Registry log-in, ECS Exec and metrics know no resources",
                "AwsSolutions-SMG4": "A rotated value reaches tasks with their next deployment only",
            },
        )
        database_password = ecs.Secret.from_secrets_manager(self.database_secret)
        secret_key = ecs.Secret.from_secrets_manager(self.secret_key)
        plain = {
            "app.name": name.file,
            "app.image": config.image,
            "host": host,
            "url": f"https://{host}",
            "domain": base.domain,
            "database.host": base.database_host,
            "database.port": str(POSTGRES_PORT),
            "database.name": name.database,
            "database.username": name.database,
            "cache.port": str(CACHE_PORT),
            "bucket.name": storage.bucket.bucket_name,
            "bucket.region": cdk.Stack.of(self).region,
        }
        secret = {
            "database.password": SecretValue(
                variable=database_password, text=value_of(self.database_secret.secret_arn)
            ),
            "secret_key": SecretValue(variable=secret_key, text=value_of(self.secret_key.secret_arn)),
        }
        self._variables = {
            "APP_NAME": name.file,
            "BASE_STACK_NAME": base.stack_name,
            "DB_SECRET_NAME": self.database_secret.secret_name,
            SETTINGS_MODULE: config.settings_module,
            "DOMAIN_NAME": base.domain,
            "FRONTEND_URL": f"https://{host}",
            "POSTGRES_NAME": name.database,
            "POSTGRES_SERVICE_HOST": base.database_host,
            "POSTGRES_USERNAME": name.database,
            "S3_BUCKET_NAME": storage.bucket.bucket_name,
        }
        self._secrets = {DATABASE_PASSWORD: database_password, "SECRET_KEY": secret_key}
        if sender is not None:
            self._variables[DEFAULT_SENDER] = sender
        if cache_host is not None:
            plain["cache.host"] = self._variables["REDIS_SERVICE_HOST"] = cache_host
        if isinstance(cache_url, str):
            plain["cache.url"] = self._variables[CACHE_URL] = cache_url
        elif cache_url is not None:
            self._secrets[CACHE_URL] = cache_url.variable
            secret["cache.url"] = SecretValue(variable=cache_url.variable, text=cache_url.text)
        if not config.default_variables:
            self._variables = {SETTINGS_MODULE: config.settings_module}
            self._secrets = {}
        self._secrets |= self._declared_secrets()
        self._references = ReferenceValues(
            self, "References", plain=plain, secret=secret, removal_policy=removal_policy
        )

    def define_task(
        self,
        scope: Construct,
        *,
        family: str,
        service_name: str,
        service: ServiceConfig,
        stop_timeout_seconds: int,
    ) -> ecs.FargateTaskDefinition:
        """Add a task definition with one container, and its log group, to `scope`."""
        log_group = TaskLogGroup(scope, "Logs", of=service_name, retention_days=self._log_retention_days)
        variables, secrets = self._environment_of(service)
        task = ecs.FargateTaskDefinition(
            scope,
            "TaskDefinition",
            family=family,
            cpu=service.cpu,
            memory_limit_mib=service.memory_mib,
            task_role=self.task_role if self._works_with_data(service) else self._role_without_data(),
            execution_role=self.execution_role,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=_CPU_ARCHITECTURES[self._config.architecture],
                operating_system_family=ecs.OperatingSystemFamily.LINUX,
            ),
        )
        acknowledge(task, {"AwsSolutions-ECS2": "Plain variables hold no secret; secrets come from Secrets Manager"})
        container = task.add_container(
            CONTAINER_NAME,
            container_name=CONTAINER_NAME,
            image=self._image(self._config.image_of(service)),
            command=list(service.command) or None,
            environment=variables,
            secrets=secrets,
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix=CONTAINER_NAME,
                log_group=log_group,
                mode=ecs.AwsLogDriverMode.NON_BLOCKING,
            ),
            stop_timeout=cdk.Duration.seconds(stop_timeout_seconds),
            # Reaps the processes that ECS Exec leaves behind.
            linux_parameters=ecs.LinuxParameters(scope, "LinuxParameters", init_process_enabled=True),
            health_check=_container_health_check(service.health_check_command),
        )
        if service.port is not None:
            container.add_port_mappings(ecs.PortMapping(container_port=service.port))
        return task

    def _environment_of(self, service: ServiceConfig) -> tuple[dict[str, str], dict[str, ecs.Secret]]:
        """Return the plain variables of a service and its secrets."""
        variables, secrets = dict(self._variables), dict(self._secrets)
        for name, value in {**self._config.environment, **service.environment}.items():
            made = self._references.of(value)
            if isinstance(made, str):
                variables[name] = made
            else:
                secrets[name] = made
        # ECS refuses a variable that is both; what the declaration makes a secret is no default any more.
        plain = {name: value for name, value in variables.items() if name not in secrets}
        return plain, {name: secret for name, secret in secrets.items() if self._config.gives(service, name)}

    def _works_with_data(self, service: ServiceConfig) -> bool:
        """Return whether a service gets the database's password, or all that the application gets."""
        if service.secrets is None:
            return self._config.is_own(service)
        declared = {**self._config.environment, **service.environment}
        return any(
            name == DATABASE_PASSWORD or references.grants_data(declared.get(name, "")) for name in service.secrets
        )

    def _role_without_data(self) -> iam.Role:
        """Return the role of tasks that work with neither the database nor the bucket."""
        if self._other_role is None:
            self._other_role = self._role("OtherTaskRole", "Services without the application's database password")
        return self._other_role

    def _image(self, image: ImageName) -> ecs.ContainerImage:
        if image.repository not in self._repositories:
            self._repositories[image.repository] = ecr.Repository.from_repository_name(
                self, f"Repository-{image.repository}", image.repository
            )
        return ecs.ContainerImage.from_ecr_repository(self._repositories[image.repository], image.version)

    def _declared_secrets(self) -> dict[str, ecs.Secret]:
        secrets = {}
        for variable, reference in self._config.secrets.items():
            secret_name, _, key = reference.partition(":")
            secret = secretsmanager.Secret.from_secret_name_v2(self, f"Secret-{variable}", secret_name)
            secrets[variable] = ecs.Secret.from_secrets_manager(secret, key or None)
        return secrets

    def _generated_secret(self, construct_id: str, description: str, length: int) -> secretsmanager.Secret:
        return secretsmanager.Secret(
            self,
            construct_id,
            description=description,
            removal_policy=self._removal_policy,
            # The whole string is the value: no JSON, nothing that a URL or a shell would have to escape.
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=length, exclude_punctuation=True
            ),
        )

    def _role(self, construct_id: str, description: str) -> iam.Role:
        # Only tasks of this account may assume it.
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
        principal = iam.ServicePrincipal(
            "ecs-tasks.amazonaws.com",
            conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}},
        )
        return iam.Role(self, construct_id, assumed_by=principal, description=description)


def _container_health_check(command: Sequence[str]) -> ecs.HealthCheck | None:
    if not command:
        return None
    return ecs.HealthCheck(
        command=["CMD", *command],
        interval=cdk.Duration.seconds(60),
        timeout=cdk.Duration.seconds(30),
        start_period=cdk.Duration.seconds(120),
        retries=3,
    )
