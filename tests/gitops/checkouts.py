"""A checkout for one test: declarations, the command line, and a look at what it did to the embedded AWS."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import boto3

from constructs_lib.config.environments import Environment, read
from gitops.aws.ecr import Ecr
from gitops.aws.embedded import EmbeddedEndpoint
from gitops.aws.session import Session
from gitops.aws.target import Target
from gitops.deploy.preflight.prerequisites import prepare
from gitops.deploy.preflight.references import Image, collect
from local_aws import lifecycle
from local_aws.lifecycle import EmbeddedAws
from tests import forks

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

REPOSITORY = Path(__file__).parents[2]
REGION = "us-east-1"
DAYS_TO_LIVE = 7
PRODUCTION = {"prod", "prod2"}
"""Folders whose declarations are made of the kinds for production."""

ACCOUNT = """\
kind: account
id: "{account}"
region: {region}
github: {{repository: example/environments, owner_id: 583231, repository_id: 1296269}}
repositories: [microblog, microblog-frontend, microblog-web]
"""
BASE = """\
kind: {kind}
account: main
domain: {domain}
hosted_zone_id: Z0123456789ABCDEFGHIJ
network: {{cidr: {cidr}}}
app_defaults:
  owner: octocat
  repository: microblog
  services: {{web: {{port: 8000, paths: ["/*"]}}}}
"""
AD_HOC_APP = """\
kind: ad-hoc-app
image: {image}
expires: {expires}
environment: {{BEHAVIOUR: "{behaviour}"}}
"""
PROD_APP = """\
kind: prod-app
image: {image}
environment: {{BEHAVIOUR: "{behaviour}"}}
"""


@dataclass(frozen=True)
class CommandLine:
    """The command line, run in a checkout of its own."""

    root: Path
    timeout: ClassVar[float] = 180  # seconds, of one command on a busy machine

    @classmethod
    def make(cls, root: Path, *more: Any) -> Self:
        """Make a checkout with the code of the repository and no declarations."""
        for name in (
            "app.py",
            "cdk.json",
            "constructs_lib",
            "gitops",
            "local_aws",
            "node_modules",
            "uv.lock",
        ):
            (root / name).symlink_to(REPOSITORY / name)
        (root / ".gitops").mkdir(exist_ok=True)
        (root / "environments").mkdir()
        shutil.copy(REPOSITORY / "environments" / "schema.json", root / "environments")
        return cls(root, *more)

    def gitops(self, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        variables = {**self._variables(), **environ}
        done = forks.run(arguments, folder=self.root, environ=variables, timeout=self.timeout)
        assert "Traceback" not in done.stdout + done.stderr
        return done

    def start(self, *arguments: str, **environ: str) -> "subprocess.Popen[str]":
        """Start the real program, for a test that does something while it runs."""
        return subprocess.Popen(
            [sys.executable, "-m", "gitops", *arguments],
            cwd=self.root,
            env={**self._variables(), **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _variables(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
        return {**inherited, "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(self.root)}

    def write(self, path: str, text: str) -> None:
        file = self.root / "environments" / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    def account(self, account_id: str, region: str = REGION) -> None:
        self.write("accounts/main.yaml", ACCOUNT.format(account=account_id, region=region))

    def base(self, folder: str, *, domain: str = "", cidr: str = "10.20.0.0/16") -> None:
        kind = "prod-base" if folder in PRODUCTION else "ad-hoc-base"
        text = BASE.format(kind=kind, domain=domain or f"{folder}.example.com", cidr=cidr)
        self.write(f"{folder}/base.yaml", text)

    def app(self, name: str, *, behaviour: str = "", image: str = "v1") -> None:
        text = PROD_APP if name.partition("/")[0] in PRODUCTION else AD_HOC_APP
        expires = datetime.now(UTC).date() + timedelta(days=DAYS_TO_LIVE)
        self.write(f"{name}.yaml", text.format(image=image, behaviour=behaviour, expires=expires))

    def logs(self, verb: str) -> list[Path]:
        """The logs of the programs that gitops has started: `synth`, `deploy` or `bootstrap`."""
        return sorted((self.root / ".gitops" / "logs").glob(f"{verb}-*.log"))


@dataclass(frozen=True)
class Checkout(CommandLine):
    """A checkout with an AWS account of its own in the embedded AWS."""

    account_id: str
    aws: EmbeddedAws

    def gitops(self, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end. Before a deployment, the account gets what declarations name and people make."""
        self._before(arguments)
        return super().gitops(*arguments, **environ)

    def start(self, *arguments: str, **environ: str) -> "subprocess.Popen[str]":
        """Start the real program, prepared in the same way."""
        self._before(arguments)
        return super().start(*arguments, **environ)

    def _before(self, arguments: Sequence[str]) -> None:
        if arguments[:1] == ("deploy",):
            self.prepare()

    def prepare(self) -> None:
        """Make the hosted zones, repositories, images and secrets that declarations name, where these can be read."""
        fill(session_of(self.aws), read(self.root / "environments").well_formed.values())

    def environ(self, account_id: str | None = None) -> dict[str, str]:
        """Variables with which the embedded AWS is reached as any AWS is: an endpoint and credentials."""
        return lifecycle.environment(self.aws, account_id or self.account_id, REGION)

    def client(self, service: str, region: str = REGION) -> Any:
        return boto3.client(
            service,  # type: ignore[call-overload] # boto3 types clients by name
            endpoint_url=self.aws.endpoint,
            region_name=region,
            aws_access_key_id=self.account_id,
            aws_secret_access_key="embedded",  # noqa: S106 - any will do
        )

    def cloudformation(self, region: str = REGION) -> "CloudFormationClient":
        client: CloudFormationClient = self.client("cloudformation", region)
        return client

    def statuses(self, region: str = REGION) -> dict[str, str]:
        stacks = self.cloudformation(region).describe_stacks()["Stacks"]
        return {stack["StackName"]: stack["StackStatus"] for stack in stacks}

    def create_stack(
        self,
        name: str,
        resources: Mapping[str, object] | None = None,
        *,
        kind: str = "ad-hoc-app",
        tags: Mapping[str, str] | None = None,
        protected: bool = False,
        region: str = REGION,
    ) -> None:
        """Create the stack of an environment without the CDK, and wait until CloudFormation is done with it."""
        default = {"Topic": {"Type": "AWS::SNS::Topic"}}
        stack = name.replace("/", "-")
        wanted = {"gitops:environment": name, "gitops:kind": kind} if tags is None else tags
        self.cloudformation(region).create_stack(
            StackName=stack,
            TemplateBody=json.dumps({"Resources": resources or default}),
            Tags=[{"Key": key, "Value": value} for key, value in wanted.items()],
            EnableTerminationProtection=protected,
        )
        wait_until(lambda: not self.statuses(region)[stack].endswith("IN_PROGRESS"))

    def physical_id(self, stack: str, logical_id: str) -> str:
        answer = self.cloudformation().describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
        return answer["StackResourceDetail"]["PhysicalResourceId"]


def fill(session: Session, environments: Iterable[Environment]) -> None:
    """Make in the embedded AWS what declarations refer to, with the repositories of their images."""
    declared = list(environments)
    for reference in collect(declared):
        if isinstance(reference, Image) and not Ecr(session, reference.where).has_repository(reference.repository):
            session.client("ecr", reference.where).create_repository(repositoryName=reference.repository)
    prepare(session, declared)


@cache
def session_of(aws: EmbeddedAws) -> Session:
    """Return the one session of this process with an embedded AWS; each reads the models of services anew."""
    return Session(target_of(aws))


def target_of(aws: EmbeddedAws) -> Target:
    """Return an embedded AWS as the commands see it."""
    return Target(EmbeddedEndpoint(**asdict(aws)))


def wait_until(condition: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "this took too long"
        time.sleep(0.05)
