"""An embedded AWS with environments in it that run the example application, and what one looks at there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

import httpx

from constructs_lib.config.environments import parse_name
from constructs_lib.config.naming import SERVICE_TAG
from local_aws.data.postgres import PLAIN_PORT, PROGRAMS
from local_aws.mail import FOLDER as MAIL_FOLDER
from local_aws.proxy import hosts
from tests import embedded
from tests.gitops.checkouts import DAYS_TO_LIVE, Checkout

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import EmailMessage

PSQL = [str(PROGRAMS / "psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]


@dataclass(frozen=True)
class World(Checkout):
    """A checkout with an embedded AWS of its own, in its `.gitops/local`, where tasks are processes."""

    timeout: ClassVar[float] = 200

    @property
    def state_dir(self) -> Path:
        return self.root / ".gitops" / "local"

    def image(self, tag: str, folder: Path, *, repository: str = "microblog") -> None:
        """Let a folder stand for a version of an image."""
        embedded.map_images(self.state_dir, {f"{repository}:{tag}": folder})

    def declare(self, name: str, **fields: Any) -> Environment:
        """Declare an app, or change its declaration: `image`, and whatever else differs from the base's defaults."""
        expires = datetime.now(UTC).date() + timedelta(days=DAYS_TO_LIVE)
        declared = {"kind": "ad-hoc-app", "owner": "octocat", "image": "v1", "expires": expires.isoformat(), **fields}
        # JSON is YAML; dates stay dates.
        lines = [f"{key}: {value if key == 'expires' else json.dumps(value)}\n" for key, value in declared.items()]
        self.write(f"{name}.yaml", "".join(lines))
        return Environment(self, name)

    def bootstrap(self) -> None:
        """Set the account up as its administrator does, with the repositories of its images."""
        done = self.gitops("bootstrap")
        assert done.returncode == 0, done.stdout + done.stderr

    def deploy(self, *selected: str) -> None:
        """Deploy environments, which has to succeed."""
        deployed = self.gitops("deploy", *selected)
        assert deployed.returncode == 0, deployed.stdout + deployed.stderr

    def relayed(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command that prints what an application says, its tracebacks too."""
        with self.start(*arguments) as process:
            stdout, stderr = process.communicate(timeout=self.timeout)
        return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)

    def mails(self, recipient: str) -> list[EmailMessage]:
        """Return the mails that were sent to somebody, oldest first."""
        read = (
            message_from_bytes(file.read_bytes(), policy=policy.default)
            for file in sorted((self.state_dir / MAIL_FOLDER).glob("*.eml"))
        )
        return [mail for mail in read if recipient in mail["X-Envelope-To"]]


@dataclass(frozen=True)
class Environment:
    """An app that is declared in a world."""

    world: World
    name: str

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return hosts.url(self.name, self.world.aws.port).rstrip("/")

    @property
    def public_host(self) -> str:
        """The host by which its load balancer, and the mails that it sends, know it."""
        return urlsplit(self.variables()["FRONTEND_URL"]).netloc

    def visitor(self, **options: Any) -> httpx.Client:
        """Return an HTTP client for its site, which goes through front door and load balancer as a browser does."""
        transport = Loopback()
        return httpx.Client(base_url=self.url, transport=transport, follow_redirects=True, timeout=20, **options)

    def services(self) -> dict[str, dict[str, Any]]:
        """Return what ECS says about its services, by the names that they are declared under."""
        ecs = self.world.client("ecs")
        resources = self.world.client("cloudformation").describe_stack_resources(StackName=parse_name(self.name).stack)[
            "StackResources"
        ]
        (cluster,) = (r["PhysicalResourceId"] for r in resources if r["ResourceType"] == "AWS::ECS::Cluster")
        arns = [r["PhysicalResourceId"] for r in resources if r["ResourceType"] == "AWS::ECS::Service"]
        described = ecs.describe_services(cluster=cluster, services=arns, include=["TAGS"])["services"]
        tags = [{tag["key"]: tag["value"] for tag in service["tags"]} for service in described]
        return {tag[SERVICE_TAG]: service for tag, service in zip(tags, described, strict=True)}

    def tasks(self, service: str) -> list[dict[str, Any]]:
        """Return what ECS says about the running tasks of a service."""
        ecs, found = self.world.client("ecs"), self.services()[service]
        where = {"cluster": found["clusterArn"]}
        arns = ecs.list_tasks(**where, serviceName=found["serviceName"], desiredStatus="RUNNING")["taskArns"]
        described = ecs.describe_tasks(**where, tasks=arns)["tasks"] if arns else []
        return [task for task in described if task["lastStatus"] == "RUNNING"]

    def stop(self, task: Mapping[str, Any]) -> None:
        """Stop a task as ECS does: SIGTERM, and SIGKILL after its stop timeout."""
        self.world.client("ecs").stop_task(cluster=task["clusterArn"], task=task["taskArn"])

    def kill(self, task: Mapping[str, Any]) -> None:
        """Kill every process of a task, which leaves it no time for anything."""
        for pid in self.processes(task):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def processes(self, task: Mapping[str, Any]) -> list[int]:
        """Return the ids of the processes that run in a task's folder."""
        folder = self.world.state_dir / "tasks" / str(task["taskArn"]).rpartition("/")[2]
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it ended, or is not ours
                if (process / "cwd").readlink().is_relative_to(folder):
                    found.append(int(process.name))
        return found

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in a task of its own."""
        return self.world.relayed("run", self.name, "--", *command)

    def logged(self, service: str | None = None) -> list[str]:
        """Return what its services have logged, or one of them, with time and service before each line."""
        chosen = ("--service", service) if service else ()
        done = self.world.relayed("logs", self.name, *chosen)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def said(self, message: str, *, service: str, **fields: Any) -> int:
        """Return how often a service has logged a message, with these fields."""
        wanted = {"message": message, **fields}
        lines = [line.partition("{") for line in self.logged(service)]
        return sum(wanted.items() <= json.loads(brace + rest).items() for _, brace, rest in lines if brace)

    def variables(self) -> dict[str, str]:
        """Return the variables that its web service's containers get, the secrets among them."""
        definition = self.world.client("ecs").describe_task_definition(
            taskDefinition=self.services()["web"]["taskDefinition"]
        )["taskDefinition"]
        (container, *_) = definition["containerDefinitions"]
        declared = {pair["name"]: pair["value"] for pair in container["environment"]}
        secrets = self.world.client("secretsmanager")
        injected = {
            secret["name"]: secrets.get_secret_value(SecretId=secret["valueFrom"])["SecretString"]
            for secret in container.get("secrets", [])
        }
        return {**declared, **injected}

    def psql(self, statement: str, **other: str) -> subprocess.CompletedProcess[str]:
        """Run SQL in its database, with its role and password; `other` are variables of psql's that differ."""
        command = [*PSQL, "--command", statement]
        return subprocess.run(command, env=self.psql_variables(**other), capture_output=True, text=True, check=False)

    def psql_variables(self, **other: str) -> dict[str, str]:
        """Return the variables by which psql finds its database. The psql at hand knows no TLS."""
        own = self.variables()
        return {
            "PGHOST": own["POSTGRES_SERVICE_HOST"],
            "PGPORT": str(PLAIN_PORT),
            "PGSSLMODE": "disable",
            "PGDATABASE": own["POSTGRES_NAME"],
            "PGUSER": own["POSTGRES_USERNAME"],
            "PGPASSWORD": own["POSTGRES_PASSWORD"],
            **other,
        }

    def rows(self, query: str) -> list[str]:
        """Return the rows of a query, columns separated by `|`."""
        done = self.psql(query)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()


class Loopback(httpx.HTTPTransport):
    """Resolves every name to this machine, as browsers do for those below `localhost`."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        here = request.url.copy_with(host="127.0.0.1")
        moved = httpx.Request(
            request.method, here, headers=request.headers, stream=request.stream, extensions=request.extensions
        )
        return super().handle_request(moved)
