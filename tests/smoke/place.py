"""Where the smoke test runs: an AWS account, a checkout of its own that declares environments in it, and its API."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from constructs_lib.config.environments import parse_name
from tests.smoke import job_roles
from tests.smoke.report import SmokeError, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitops.github.model import RepositoryIdentity
    from tests.smoke.report import Step

ROOT = Path(__file__).parents[2]
CODE = ("app.py", "cdk.json", "constructs_lib", "gitops", "local_aws", "node_modules")


@dataclass(frozen=True, kw_only=True)
class Place:
    """An AWS account and region. `environ` are variables that reach it; `poll` is in seconds.

    `embedded_url` is the URL of an environment on the embedded AWS, with `{folder}` and `{name}`; None on AWS.
    """

    root: Path
    account_id: str
    region: str
    repository: RepositoryIdentity
    domain: str
    hosted_zone_id: str
    environ: Mapping[str, str]
    poll: float
    embedded_url: str | None = None

    def make_checkout(self) -> None:
        """Link the code of this repository into the checkout, below version control and without declarations."""
        for name in CODE:
            (self.root / name).symlink_to(ROOT / name)
        shutil.copy(ROOT / "uv.lock", self.root)
        (self.root / "environments").mkdir()
        shutil.copy(ROOT / "environments" / "schema.json", self.root / "environments")
        (self.root / ".gitops").mkdir()
        (self.root / ".gitignore").write_text(".gitops\nnode_modules\n")
        self.git("init", "--initial-branch", "main")
        self.git("add", "--all", ".")

    def declare(self, name: str, fields: Mapping[str, object]) -> None:
        """Write the declaration of an environment; JSON is YAML, apart from dates."""
        file = self.root / "environments" / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        lines = [f"{key}: {value if key == 'expires' else json.dumps(value)}\n" for key, value in fields.items()]
        file.write_text("".join(lines))

    def remove(self, *names: str) -> None:
        """Remove declarations."""
        for name in names:
            (self.root / "environments" / f"{name}.yaml").unlink(missing_ok=True)

    def git(self, *arguments: str) -> None:
        """Run git in the checkout."""
        identity = ["-c", "user.name=smoke", "-c", "user.email=smoke@localhost", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=self.root, check=True, capture_output=True)

    def commit(self) -> None:
        """Commit the declarations as they are."""
        # Not all of the checkout: programs that still end have files there, which may be gone before git has read them.
        self.git("add", "--all", "environments")
        self.git("commit", "--allow-empty", "--message", "declare")

    def gitops(self, step: Step, *arguments: str, code: int = 0) -> str:
        """Run a command, record it, and return what it printed.

        Raises:
            SmokeError: it ended with another exit code.
        """
        command = [sys.executable, "-m", "gitops", *arguments]
        environ = {**os.environ, **self.environ}
        environment = job_roles.environment_of(arguments)
        if environment and self.embedded_url is not None:
            environ |= job_roles.variables(self.environ, self.repository, environment)
        done = subprocess.run(command, cwd=self.root, env=environ, capture_output=True, text=True, check=False)
        output = done.stdout + done.stderr
        step.commands.append(f"$ gitops {' '.join(arguments)}\n{shortened(output)}\n(exit code {done.returncode})")
        if done.returncode != code:
            raise SmokeError(
                f"gitops {' '.join(arguments)} ended with {done.returncode}, not {code}:\n{shortened(output)}"
            )
        return output

    def client(self, service: str) -> Any:
        """Return a boto3 client."""
        names = {"AWS_ENDPOINT_URL": "endpoint_url", "AWS_ACCESS_KEY_ID": "aws_access_key_id"}
        names["AWS_SECRET_ACCESS_KEY"] = "aws_secret_access_key"  # noqa: S105 # the name of a parameter
        options = {names[name]: value for name, value in self.environ.items() if name in names}
        return boto3.client(
            service,  # type: ignore[call-overload] # boto3 types clients by name
            region_name=self.region,
            **options,
        )

    def url(self, name: str, hostname: str) -> str:
        """Return the URL of an environment, without a slash at its end."""
        if self.embedded_url is None:
            return f"https://{hostname}"
        parsed = parse_name(name)
        return self.embedded_url.format(folder=parsed.folder, name=parsed.file).rstrip("/")

    def status(self, stack: str) -> str:
        """Return the status of a stack, or an empty string if there is none of that name."""
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        return next((s["StackStatus"] for page in pages for s in page["Stacks"] if s["StackName"] == stack), "")

    def resources(self, stack: str, resource_type: str) -> list[str]:
        """Return the physical ids of a stack's resources of one type."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
        return [
            resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
            if resource["ResourceType"] == resource_type
        ]

    def services(self, stack: str) -> list[dict[str, Any]]:
        """Return what ECS says about an app's services."""
        (cluster,) = self.resources(stack, "AWS::ECS::Cluster")
        services = self.resources(stack, "AWS::ECS::Service")
        described: list[dict[str, Any]] = self.client("ecs").describe_services(cluster=cluster, services=services)[
            "services"
        ]
        return described

    def images(self, stack: str) -> set[str]:
        """Return the tags of the images that an app's services run."""
        ecs = self.client("ecs")
        found = set()
        for service in self.services(stack):
            definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
            found |= {container["image"].rpartition(":")[2] for container in definition["containerDefinitions"]}
        return found

    def wait(self, what: str, condition: Callable[[], object], *, minutes: float = 10) -> None:
        """Wait until a condition holds.

        Raises:
            SmokeError: it does not within that time.
        """
        deadline = time.monotonic() + minutes * 60
        while not condition():
            if time.monotonic() > deadline:
                raise SmokeError(f"still not after {minutes:.0f} minutes: {what}")
            time.sleep(self.poll)
