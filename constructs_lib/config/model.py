"""The declarations as frozen data: one class a kind, and the owner of every default.

Shapes and descriptions are in environments/schema.json; a test proves that both have the same fields.
Units are in the names. Fields without a default must be given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from constructs_lib.config.images import ImageName

Nat = Literal["gateway", "instance"]
Architecture = Literal["arm64", "x86_64"]
BucketAccess = Literal["read", "read-write"]
QueueAccess = Literal["send", "receive", "send-receive"]

AD_HOC_AVAILABILITY_ZONES = 2
"""The load balancer and the database's subnet group need two; NAT and database use one."""

AD_HOC_STORAGE_GROWTH = 2
"""The storage of an ad hoc database grows by itself up to this multiple of what was asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplacementConsent:
    """Consent to the replacement of one resource that holds data. `until` is a day, `YYYY-MM-DD`, in UTC."""

    resource: str
    until: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LockConfig:
    """Who keeps an environment as it is, by GitHub login, why, and since which day, YYYY-MM-DD, if the file says it."""

    by: str
    reason: str
    since: str = ""

    def __str__(self) -> str:
        since = f" since {self.since}" if self.since else ""
        return f"locked by {self.by}{since}: {self.reason}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplicationRepositoryConfig:
    """A repository on GitHub whose jobs push images: by name and by GitHub's ids, which are never used again."""

    repository: str
    owner_id: int
    repository_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class GitHubConfig:
    """Where the declarations of an account live on GitHub, by name and by GitHub's ids, which are never used again.

    An account has one OIDC provider for GitHub at most: `existing_oidc_provider` uses one that was not made here.
    """

    repository: str
    owner_id: int
    repository_id: int
    existing_oidc_provider: bool = False
    application: ApplicationRepositoryConfig | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountConfig:
    """`account`: an AWS account and its home region, written once."""

    id: str
    region: str
    github: GitHubConfig | None = None
    repositories: tuple[str, ...] = ()
    domain: str | None = None
    monthly_budget_usd: int | None = None
    alarm_email: str | None = None
    allow_replacement: tuple[ReplacementConsent, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AdHocNetworkConfig:
    """The network that ad hoc environments share: two zones, one way out.

    `zones` are letters, `a` for us-east-1a; empty for the first zones of the region. `allowed_cidrs` are the blocks of
    clients of the load balancer; empty for all.
    """

    cidr: str
    zones: tuple[str, ...] = ()
    allowed_cidrs: tuple[str, ...] = ()
    nat: Nat = "gateway"

    @property
    def zone_count(self) -> int:
        """How many zones are in use."""
        return AD_HOC_AVAILABILITY_ZONES


@dataclass(frozen=True, kw_only=True, slots=True)
class ProdNetworkConfig:
    """The production network: a NAT gateway in each zone.

    `zones` are letters, `a` for us-east-1a; empty for the first zones of the region, `availability_zones` of them.
    """

    cidr: str
    zones: tuple[str, ...] = ()
    availability_zones: int = 2

    @property
    def zone_count(self) -> int:
        """How many zones are in use."""
        return len(self.zones) or self.availability_zones


@dataclass(frozen=True, kw_only=True, slots=True)
class AdHocDatabaseConfig:
    """The PostgreSQL instance that ad hoc environments share."""

    instance_class: str = "t4g.micro"
    storage_gib: int = 20
    engine_version: str = "17"

    @property
    def max_storage_gib(self) -> int:
        """Size in GiB up to which storage grows by itself."""
        return self.storage_gib * AD_HOC_STORAGE_GROWTH


@dataclass(frozen=True, kw_only=True, slots=True)
class ProdDatabaseConfig:
    """The production PostgreSQL instance: two zones, storage that grows, backups."""

    instance_class: str = "m7g.large"
    storage_gib: int = 100
    max_storage_gib: int = 500
    engine_version: str = "17"
    backup_retention_days: int = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class ProdCacheConfig:
    """The production cache: a primary and its replicas in other zones. Without `tls` it has no user and no password."""

    node_type: str = "cache.m7g.large"
    replicas: int = 1
    tls: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyConfig:
    """What the ad hoc environments of a base may use together."""

    max_environments: int = 30
    max_lifetime_days: int = 14
    max_removals: int = 3
    max_monthly_usd: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PermissionsConfig:
    """What an application may do with AWS beyond its own bucket and database, or the most that a base allows of it."""

    buckets: Mapping[str, BucketAccess] = field(default_factory=dict)
    queues: Mapping[str, QueueAccess] = field(default_factory=dict)
    send_email: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class AdHocBaseConfig:
    """`ad-hoc-base`: what many short-lived environments share."""

    account: str
    domain: str
    hosted_zone_id: str
    network: AdHocNetworkConfig
    region: str | None = None
    certificate_arn: str | None = None
    mail: bool = False
    database: AdHocDatabaseConfig = field(default_factory=AdHocDatabaseConfig)
    policy: PolicyConfig = field(default_factory=PolicyConfig)
    log_retention_days: int = 14
    secret_prefixes: tuple[str, ...] = ()
    allowed_permissions: PermissionsConfig = field(default_factory=PermissionsConfig)
    app_defaults: Mapping[str, Any] = field(default_factory=dict)
    lock: LockConfig | None = None
    allow_replacement: tuple[ReplacementConsent, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ProdBaseConfig:
    """`prod-base`: the same parts for production."""

    account: str
    domain: str
    hosted_zone_id: str
    network: ProdNetworkConfig
    region: str | None = None
    certificate_arn: str | None = None
    mail: bool = False
    database: ProdDatabaseConfig = field(default_factory=ProdDatabaseConfig)
    cache: ProdCacheConfig = field(default_factory=ProdCacheConfig)
    alarm_email: str | None = None
    firewall: bool = False
    log_retention_days: int = 90
    secret_prefixes: tuple[str, ...] = ()
    allowed_permissions: PermissionsConfig = field(default_factory=PermissionsConfig)
    app_defaults: Mapping[str, Any] = field(default_factory=dict)
    lock: LockConfig | None = None
    destroy_by_comment: bool = False
    allow_replacement: tuple[ReplacementConsent, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ScalingConfig:
    """How many tasks a production service runs, and what it follows."""

    min: int
    max: int
    cpu_percent: int = 60
    requests_per_target: int | None = None
    queue_length_per_task: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceConfig:
    """One long-running service of an application. With a port it is a web service, without one a worker.

    `repository` and `image` are those of the application where they are left out. `secrets` are the names of the
    variables that its containers get from Secrets Manager. Left out, a service of the application's own repository gets
    all of them, whichever version it runs, and one with another `repository` gets none.
    """

    command: tuple[str, ...] = ()
    repository: str | None = None
    image: str | None = None
    port: int | None = None
    paths: tuple[str, ...] = ()
    health_check_path: str = "/"
    health_check_codes: str = "200"
    health_check_grace_seconds: int = 60
    health_check_command: tuple[str, ...] = ()
    cpu: int = 256
    memory_mib: int = 512
    singleton: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] | None = None
    scaling: ScalingConfig | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class JobConfig:
    """A command on a schedule, in a task of the application's image. `schedule` has the five fields of cron."""

    command: tuple[str, ...]
    schedule: str
    timezone: str = "UTC"
    overlap: Literal["skip", "allow"] = "skip"
    cpu: int = 256
    memory_mib: int = 512
    timeout_minutes: int = 60
    while_asleep: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleConfig:
    """The hours in which an environment runs: days and hours, in a time zone."""

    awake: str
    timezone: str = "UTC"


@dataclass(frozen=True, kw_only=True, slots=True)
class AppDatabaseConfig:
    """An ad hoc environment's own database."""

    seed_from: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AdHocCapacityConfig:
    """What the tasks of an ad hoc environment run on: Spot alone, 100, or on demand alone, 0."""

    spot_percent: int = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class CapacityConfig:
    """What production tasks run on."""

    spot_percent: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class AppConfig:
    """What ad hoc and production applications have in common, with the base's `app_defaults` merged in."""

    owner: str
    repository: str
    image: str
    services: Mapping[str, ServiceConfig]
    architecture: Architecture = "arm64"
    release_command: tuple[str, ...] = ()
    post_release_command: tuple[str, ...] = ()
    jobs: Mapping[str, JobConfig] = field(default_factory=dict)
    settings_module: str = "config.settings"
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    permissions: PermissionsConfig = field(default_factory=PermissionsConfig)
    default_variables: bool = True
    cache: bool = True
    lock: LockConfig | None = None
    allow_replacement: tuple[ReplacementConsent, ...] = ()

    @property
    def own_image(self) -> ImageName:
        """The application's image: what the release command, the command after it and jobs run."""
        return ImageName(self.repository, self.image)

    @property
    def images(self) -> tuple[ImageName, ...]:
        """All images that tasks of the application run, each once."""
        of_services = [self.image_of(service) for service in self.services.values()]
        return tuple(dict.fromkeys([*of_services, *([self.own_image] if self.runs_commands else [])]))

    @property
    def repositories_at_image(self) -> frozenset[str]:
        """The repositories whose image of the version `image` runs: another `image` changes what these come to."""
        of_services = {service.repository or self.repository for service in self.services.values() if not service.image}
        return frozenset(of_services | ({self.repository} if self.runs_commands else set()))

    @property
    def pinned_images(self) -> Mapping[str, str]:
        """The versions of services with an `image` of their own, by name: another `image` of the app changes none."""
        return {name: service.image for name, service in self.services.items() if service.image}

    @property
    def runs_commands(self) -> bool:
        """Whether tasks of the application's image run beside its services: a release command or jobs."""
        return bool(self.release_command or self.post_release_command or self.jobs)

    def image_of(self, service: ServiceConfig) -> ImageName:
        """Return the image that the tasks of a service run."""
        return ImageName(service.repository or self.repository, service.image or self.image)

    def is_own(self, service: ServiceConfig) -> bool:
        """Return whether a service runs an image of the application's repository, of whichever version."""
        return service.repository in (None, self.repository)

    def gives(self, service: ServiceConfig, secret: str) -> bool:
        """Return whether a service gets the variable `secret` if the application has such a secret."""
        return self.is_own(service) if service.secrets is None else secret in service.secrets


@dataclass(frozen=True, kw_only=True, slots=True)
class AdHocAppConfig(AppConfig):
    """`ad-hoc-app`: one on-demand environment. `expires` is a calendar day, `YYYY-MM-DD`, in UTC."""

    expires: str
    schedule: ScheduleConfig | None = None
    capacity: AdHocCapacityConfig = field(default_factory=AdHocCapacityConfig)
    database: AppDatabaseConfig = field(default_factory=AppDatabaseConfig)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProdAppConfig(AppConfig):
    """`prod-app`: the production application. Without `hostname` it answers at `<name>.<domain>`."""

    hostname: str | None = None
    capacity: CapacityConfig = field(default_factory=CapacityConfig)
    destroy_by_comment: bool = False


CONFIG_OF_KIND: Mapping[str, type] = {
    "account": AccountConfig,
    "ad-hoc-base": AdHocBaseConfig,
    "ad-hoc-app": AdHocAppConfig,
    "prod-base": ProdBaseConfig,
    "prod-app": ProdAppConfig,
}

KINDS_OF_APPS = frozenset(kind for kind, config in CONFIG_OF_KIND.items() if issubclass(config, AppConfig))


def is_production_kind(kind: str) -> bool:
    """Whether declarations of a kind declare production; False for text that is not a kind."""
    return CONFIG_OF_KIND.get(kind) in {ProdBaseConfig, ProdAppConfig}
