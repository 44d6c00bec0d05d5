"""Every name that is made from a declaration's name, and the names of tags and stack outputs.

All of them are pure functions or constants, stable for ever: a change here renames what is deployed.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

ACCOUNTS_FOLDER = "accounts"
BASE_FILE = "base"

NAME_PATTERN = re.compile(r"[a-z][a-z0-9-]{0,19}[a-z0-9]")
"""Names of folders and files: 2 to 21 characters, so that every AWS name made from two of them fits."""

NAME_IN_WORDS = "2 to 21 of a-z, 0-9 and hyphens, starting with a letter and not ending with a hyphen"

HIGHEST_LISTENER_PRIORITY = 50_000
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html"""

CACHE_SERVICE = "cache"
"""Name of the service that is an ad hoc environment's cache."""

CACHE_USERNAME = "application"
"""Name by which the applications of a production base log in to its cache."""

GITHUB_ENVIRONMENTS = ("plan", "deploy", "production", "destroy", "publish")
"""Environments of the repository on GitHub; each has a role of its own in every account."""

GITHUB_DESTROY_APPROVAL = "destroy-approval"
GITHUB_APPROVALS = ("production-approval", GITHUB_DESTROY_APPROVAL)
"""Environments of the repository on GitHub with reviewers; they have no role, no variables and no secrets.

A job in one of them precedes each job in `production` and `destroy`. These jobs have concurrency groups, and a job that
waits for reviewers would hold its group.
"""

GITHUB_AD_HOC_APPROVAL = "ad-hoc-destroy-approval"
"""Environment of the repository on GitHub that precedes the destruction of an ad hoc app, with reviewers or without.

The app's owner has confirmed the destruction, or it has expired. GitHub makes the environment without reviewers, and
private repositories have none on most plans.
"""

GITHUB_COMMIT = "commit"
"""Environment of the repository on GitHub whose secret is the key of the GitHub App that commits; it has no role."""

GITHUB_REFS = {
    "deploy": ("refs/heads/main",),
    "production": ("refs/heads/main",),
    "destroy": ("refs/heads/main",),
    "publish": ("refs/heads/main", "refs/tags/v*"),
}
"""Refs whose jobs get the role of one of `GITHUB_ENVIRONMENTS`, `*` for any text; `plan` is for every ref.

Pull requests are planned at `refs/pull/NUMBER/merge`.
"""

GITHUB_TOKEN_ISSUER = "token.actions.githubusercontent.com"  # noqa: S105 # not a secret
"""Issuer of the tokens by which jobs log in to AWS, and the name of the OIDC provider that trusts them.

https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
"""

GITHUB_TOKEN_AUDIENCE = "sts.amazonaws.com"  # noqa: S105 # not a secret

PERMISSIONS_BOUNDARY = "gitops-permissions-boundary"
"""IAM policy of an account that limits every role its environments create, and what creates them."""

ROLE_PATH = "/gitops/"
"""Path of every IAM role and instance profile of an environment: the boundary allows changes of these alone."""

BOOTSTRAP_QUALIFIER = "gitops"
"""In the names of all that `cdk bootstrap` makes for environments; other CDK apps of the account have their own.

https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
"""

TOOLKIT_STACK = "GitOpsToolkit"
"""Stack that `cdk bootstrap` makes in an account and region. No environment's stack has upper-case letters."""

LINKED_ROLES_OF_BOOTSTRAP = (
    "ecs.amazonaws.com",
    "ecs.application-autoscaling.amazonaws.com",
    "elasticache.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "rds.amazonaws.com",
)
"""Services of environments that act by a role of their own, which their first use in an account would make.

ECS cannot assume its own at once: the first cluster of an account fails.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html
"""

CHANGE_SET_PREFIX = "cdk-diff-change-set"
"""Begins the names of change sets that show a change and are never executed, as `cdk diff` gives them."""

ENVIRONMENT_TAG = "gitops:environment"
"""Tag of a stack: the environment that it is, `dev/alpha`."""

KIND_TAG = "gitops:kind"
"""Tag of a stack: the kind of its declaration, `ad-hoc-app`."""

SERVICE_TAG = "gitops:service"
"""Tag of an ECS service, and of the log group of its tasks: the name that it is declared under.

The log groups of one-off tasks have the name of the task.
"""

JOB_TAG = "gitops:job"
"""Tag of the state machine of a job: the name that it is declared under."""

SKIPPED = "Skipped"
"""Field, in the output of a run of a job that was skipped, with the reason in words."""

CONTAINER_NAME = "app"
"""Name of the container of every task, and what the names of its log streams begin with."""

ONE_OFF = "one-off"
"""In the family of a task that a deployment waits for."""

DATABASE_TASK, RELEASE_TASK, POST_RELEASE_TASK = "database", "release", "post-release"
"""Names of the one-off tasks that make an app's database and run its commands before and after a release."""

DATABASE_PASSWORD_SECRET = "DatabasePassword"  # noqa: S105 # the name of a construct
"""Construct, in the stack of an app, of the secret with the password of its database role."""

HOSTED_ZONE_OUTPUT, NAME_SERVERS_OUTPUT = "HostedZoneId", "NameServers"
"""Outputs of the stack of an account with `domain`: the id of its hosted zone, and the zone's name servers."""

URL_OUTPUT = "Url"
"""Output of the stack of an app: its URL."""

POST_RELEASE_OUTPUT = "PostRelease"
"""Output of the stack of an app: how its command after the release ended, in words; a failure begins with `failed`."""

POST_RELEASE_FAILED = "failed"
"""What that output begins with where the command failed."""

_CATCH_ALL_BAND = HIGHEST_LISTENER_PRIORITY // 2


class BaseOutput(StrEnum):
    """Names of the values that every base publishes. Removing one breaks the apps that are deployed on it."""

    VPC_ID = "VpcId"
    APPLICATION_SECURITY_GROUP_ID = "ApplicationSecurityGroupId"
    LOAD_BALANCER_FULL_NAME = "LoadBalancerFullName"
    LOAD_BALANCER_DNS_NAME = "LoadBalancerDnsName"
    LOAD_BALANCER_ZONE_ID = "LoadBalancerZoneId"
    LOAD_BALANCER_SECURITY_GROUP_ID = "LoadBalancerSecurityGroupId"
    LISTENER_ARN = "ListenerArn"
    DATABASE_HOST = "DatabaseHost"
    TASK_RUNNER_ARN = "TaskRunnerArn"
    TASK_STEP_ARN = "TaskStepArn"
    MASTER_CREDENTIALS_ARN = "DatabaseMasterSecretArn"
    BASTION_INSTANCE_ID = "BastionInstanceId"


class AdHocBaseOutput(StrEnum):
    """Names of the values that only ad hoc bases publish, in addition."""

    BUCKET_EMPTIER_ARN = "BucketEmptierArn"
    BUCKET_EMPTIER_ROLE_ARN = "BucketEmptierRoleArn"
    NAMESPACE_ID = "NamespaceId"


class ProdBaseOutput(StrEnum):
    """Names of the values that only production bases publish, in addition."""

    ACCESS_LOGS_BUCKET_NAME = "AccessLogsBucketName"
    ALARM_TOPIC_ARN = "AlarmTopicArn"
    CACHE_HOST = "CacheHost"
    CACHE_ID = "CacheId"
    CACHE_PASSWORD_ARN = "CachePasswordSecretArn"  # noqa: S105 # the name of an output
    DATABASE_ID = "DatabaseId"


STACK_OUTPUTS = (BaseOutput.LISTENER_ARN, BaseOutput.DATABASE_HOST, BaseOutput.BASTION_INSTANCE_ID)
"""Values that gitops itself reads: they are outputs of a base's stack too."""

AMAZON_LINUX_IMAGES = "/aws/service/ami-amazon-linux-latest/"
"""Begins the names of the public SSM parameters with the newest images of Amazon Linux."""

PUBLISHED_VALUES = "/gitops/"
"""Begins the names of the SSM parameters with which bases publish values."""


def private_subnet_output(index: int) -> str:
    """Return the name of the value with the id of the private subnet in a base's zone, counted from 1."""
    return f"PrivateSubnetId{index}"


@dataclass(frozen=True, order=True, slots=True)
class EnvironmentName:
    """Identity of a declaration: its folder is the base, its file name the environment."""

    folder: str
    file: str

    @classmethod
    def from_path(cls, path: PurePath) -> "EnvironmentName":
        """Return the name of the declaration at `path`, from its last two parts."""
        return cls(path.parent.name, path.stem)

    def __str__(self) -> str:
        return f"{self.folder}/{self.file}"

    @property
    def base(self) -> "EnvironmentName":
        """Name of the base in the same folder."""
        return EnvironmentName(self.folder, BASE_FILE)

    @property
    def is_base(self) -> bool:
        """Whether this is a base rather than an app or an account."""
        return self.file == BASE_FILE and not self.is_account

    @property
    def is_account(self) -> bool:
        """Whether this is an account rather than a base or an app in one."""
        return self.folder == ACCOUNTS_FOLDER

    def published(self, value: str) -> str:
        """Return the name of the SSM parameter with a value that this base publishes: `/gitops/dev/base/VpcId`."""
        return f"{PUBLISHED_VALUES}{self}/{value}"

    @property
    def stack(self) -> str:
        """CloudFormation stack name: `dev-alpha`; at most 128 characters are allowed."""
        return f"{self.folder}-{self.file}"

    @property
    def database(self) -> str:
        """PostgreSQL database and role of an app; the prefix keeps clear of reserved names."""
        return "app_" + self.file.replace("-", "_")

    @property
    def private_domain(self) -> str:
        """Domain of the names that resolve inside the base's VPC alone: `dev.internal`."""
        return f"{self.folder}.internal"

    @property
    def cache_name(self) -> str:
        """Name of an ad hoc app's cache below the private domain: `cache.alpha`."""
        return f"{CACHE_SERVICE}.{self.file}"


def listener_priority(name: EnvironmentName, service: str, index: int, *, catch_all: bool) -> int:
    """Return the priority of a service's listener rule number `index` on its base's load balancer.

    Rules for paths take the lower half of the range and catch-all rules the upper half, so that a path rule
    is always tried first.
    """
    offset = _stable_number(f"{name}/{service}/{index}") % (_CATCH_ALL_BAND - 1)
    return 1 + offset + (_CATCH_ALL_BAND if catch_all else 0)


def service_family(name: EnvironmentName, service: str) -> str:
    """Return the family of the task definitions of an app's service: `dev-alpha_web`.

    The underscore occurs in neither name, so the families of two environments are never the same.
    """
    return f"{name.stack}_{service}"


def one_off_family(name: EnvironmentName, task: str) -> str:
    """Return the family of the task definitions of a task that a deployment waits for: `dev-alpha_one-off_release`."""
    return f"{name.stack}_{ONE_OFF}_{task}"


def job_family(name: EnvironmentName, job: str) -> str:
    """Return the family of the task definitions of a job: `dev-alpha_one-off_job-cleanup`."""
    return one_off_family(name, f"job-{job}")


def one_off_families(folder: str) -> str:
    """Return the pattern that matches the families of the one-off tasks of every app on the base in a folder."""
    return f"{folder}-*_{ONE_OFF}_*"


def role_output(github_environment: str) -> str:
    """Return the output of an account's stack with the ARN of the role for one of `GITHUB_ENVIRONMENTS`."""
    return f"{logical_id(github_environment)}RoleArn"


def role_variable(account: str) -> str:
    """Return the variable of a GitHub environment with the ARN of its role in an account: `AWS_ROLE_ARN_MAIN`."""
    return f"AWS_ROLE_ARN_{account.replace('-', '_').upper()}"


def logical_id(name: str) -> str:
    """Return a YAML name in the form of construct ids: `my-worker` becomes `MyWorker`."""
    return "".join(part.capitalize() for part in name.split("-"))


def _stable_number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
