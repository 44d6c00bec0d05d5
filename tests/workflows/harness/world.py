"""A repository on the fake GitHub, an account in the embedded AWS, and the workflows between them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from constructs_lib.config.environments import load
from gitops.aws.ecr import INDEX
from gitops.deploy.preflight.prerequisites import PLATFORMS
from local_aws import lifecycle
from tests.fake_github.contract import faults_of_event
from tests.fake_github.description import EVENTS
from tests.fake_github.fake import FakeGitHub
from tests.fake_github.git import ConflictError
from tests.fake_github.published import described_as
from tests.gitops.checkouts import fill, session_of, wait_until
from tests.workflows.harness import act, copies, permissions
from tests.workflows.harness.aws import Recorder
from tests.workflows.harness.declarations import project_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.lifecycle import EmbeddedAws
    from tests.workflows.harness.act import Run
    from tests.workflows.harness.aws import AwsCall

REGION = "us-east-1"
NOT_PLAYED = {"approval", "check", "declarations", "image"}
"""Judges reviews, runs the tests that play the others, keeps an issue, builds with Docker. A test may play them."""


class World:
    """People act on `github`; `deliver` has GitHub start what an event starts; `stacks` is what AWS has then."""

    def __init__(self, folder: Path, aws: EmbeddedAws, account: str, files: Mapping[str, str]) -> None:
        self.folder = folder
        self.account = account
        self.runs: list[Run] = []
        self.roles: Mapping[str, str] = {}
        """The ARNs of the roles that jobs assume, by the environments of GitHub."""
        self._aws = aws
        self.has_app = True
        """Whether the repository has a GitHub App that commits; without it, main with rules takes no commit of jobs."""
        self._opened = ExitStack()
        self._numbers = count(1)
        self.github = self._opened.enter_context(FakeGitHub(folder / "github"))
        self.recorder = self._opened.enter_context(Recorder(aws.endpoint))
        self.github.commit({**project_files(), **files}, author="monalisa", message="Environments")
        copies.write(folder / "workflows")
        self._clone = folder / "clone"
        self._git("init", "--quiet", str(self._clone))
        # act takes the repository's name from here; nothing is fetched from it.
        self._git("-C", str(self._clone), "remote", "add", "origin", "https://github.com/example/environments.git")

        self.prepare()

    def close(self) -> None:
        """Stop what listens."""
        self._opened.close()

    # GitHub

    def open_pull_request(self, files: Mapping[str, str | None], *, branch: str, **details: Any) -> tuple[int, Run]:
        """Have somebody open a pull request with new texts of files; return its number and the run of its plan."""
        fork, author = details.get("fork"), details.get("author", "octocat")
        self.github.commit(files, branch=branch, author=author, fork=fork)
        number = self.github.open_pull_request(branch=branch, **details)
        return number, self.deliver_pull_request(number, "opened")

    def deliver_pull_request(self, number: int, action: str) -> Run:
        """Have GitHub tell of a pull request; return the run of its plan."""
        pull = self.github.pull_request(number)
        try:
            by = self.github._world.signature("octocat")
            merge = self.github.git.merge(self.github.head(), pull.head_sha, message=f"Merge {number}", by=by)
        except ConflictError:
            raise AssertionError("GitHub runs nothing for a pull request in conflict") from None
        self.github.git.set_ref(f"refs/pull/{number}/merge", merge)
        (run,) = self.deliver("pull_request", self.github.pull_request_event(number, action), sha=merge)
        return run

    def merge(self, number: int) -> Run:
        """Have somebody merge a pull request; return the run of its deployment."""
        before = self.github.head()
        after = self.github.merge(number)
        return self.deliver_push(before, after)

    def push(self, files: Mapping[str, str | None], *, deliver: bool = True) -> Run | None:
        """Have somebody push to the default branch; return the run of the deployment, if it is delivered."""
        before = self.github.head()
        after = self.github.commit(files)
        return self.deliver_push(before, after) if deliver else None

    def deliver_push(self, before: str, after: str) -> Run:
        """Have GitHub tell of a push to the default branch; return the run of the deployment."""
        (run,) = self.deliver("push", self.github.push_event(before, after), sha=after)
        return run

    def comment(self, number: int, author: str, body: str) -> Run:
        """Have somebody comment; return the run that it starts."""
        (run,) = self.deliver("issue_comment", self.github.comment(number, author, body))
        return run

    def dispatch(self, workflow: str, **inputs: str) -> Run:
        """Have somebody start a workflow by hand."""
        return self.play(workflow, "workflow_dispatch", self.github.dispatch_event(workflow, **inputs))

    def deliver(self, event: str, payload: Mapping[str, Any], *, sha: str | None = None) -> list[Run]:
        """Return the runs that GitHub starts for an event, but for those that are not played here."""
        started = [name for name in copies.started_by(event, payload) if name not in NOT_PLAYED]
        return [self.play(name, event, payload, sha=sha) for name in started]

    @property
    def started_by_jobs(self) -> list[str]:
        """The workflows that GitHub starts for what jobs have done since calls were forgotten."""
        acts = [act for act in self.github.acts if act.starts_workflows]
        return [name for act in acts for name in copies.started_by(act.event, act.payload)]

    def play(
        self,
        workflow: str | Path,
        event: str,
        payload: Mapping[str, Any],
        *,
        sha: str | None = None,
        job: str | None = None,
    ) -> Run:
        """Run a workflow, or one job of it, for an event at a commit, by default the newest of the default branch.

        `workflow` is the name of one of ours, or another file.
        """
        described = described_as(event, payload)
        assert described not in EVENTS or faults_of_event(described, payload) == []
        number = next(self._numbers)
        records = self.folder / "runs" / str(number)
        (records / "artifacts").mkdir(parents=True)
        event_file = records / "event.json"
        event_file.write_text(json.dumps(payload))
        self._check_out(sha or self.github.head())
        repository = self.github._world.answers.repository()
        run = act.run(
            workflow if isinstance(workflow, Path) else self.folder / "workflows" / f"{workflow}.yml",
            event,
            event_file,
            checkout=self._clone,
            state=self.folder / "act" / str(number),
            environ={
                "GITHUB_API_URL": self.github.url,
                "GITHUB_REPOSITORY_ID": str(repository["id"]),
                "GITHUB_REPOSITORY_OWNER_ID": str(repository["owner"]["id"]),
                "FAKE_GITHUB_REPOSITORY": self.github.git_url,
                "EMBEDDED_AWS": self.recorder.endpoint,
                "ROLES_OF_ENVIRONMENTS": " ".join(f"{name}={arn}" for name, arn in self.roles.items()),
                "INSTALLED": str(act.ROOT),
                "UV_CACHE_DIR": act.uv_cache(),
                "ARTIFACTS": str(records / "artifacts"),
                "RECORDS": str(records),
                "AWS_EC2_METADATA_DISABLED": "true",
                "TERM": "dumb",  # act gives steps a terminal, and GitHub none
            },
            variables={
                "AWS_ROLE_ARN_MAIN": "of-the-environment",
                **({"COMMIT_APP_CLIENT_ID": "Iv23liExampleOfAnApp"} if self.has_app else {}),
            },
            actor=payload["sender"]["login"] if "sender" in payload else "octocat",
            secrets={
                "GITHUB_TOKEN": self.github.issue_token("", {}),  # for workflows that are not of the repository
                **permissions.tokens(self.github, str(workflow), event, payload),
                **({"COMMIT_APP_PRIVATE_KEY": self.github.issue_app_token()} if self.has_app else {}),
            },
            job=job,
        )
        assert self.github.jobs_with_tokens_in(run.log) == []
        if (workflow, event) == ("deploy", "push"):
            conclusion = "success" if run.succeeded else "failure"
            compared = run.jobs.get("affected", "skipped")
            self.github.record_run(payload["after"], conclusion=conclusion, Affected=compared)
        self.runs.append(replace(run, roles=self._recorded(records / "roles")))
        return self.runs[-1]

    # AWS

    def prepare(self) -> None:
        """Have AWS what the declarations of the default branch refer to: hosted zones, images, secrets."""
        self._check_out(self.github.head())
        fill(session_of(self._aws), load(self._clone / "environments"))

    def push_image(self, tag: str, repository: str = "microblog") -> None:
        """Push an image to the account's registry."""
        ecr = self.client("ecr")
        with suppress(ecr.exceptions.RepositoryAlreadyExistsException):
            ecr.create_repository(repositoryName=repository)
        platforms = [{"platform": {"os": "linux", "architecture": name}} for name in PLATFORMS]
        manifest = {"schemaVersion": 2, "mediaType": INDEX, "manifests": platforms, "annotations": {"tag": tag}}
        ecr.put_image(
            repositoryName=repository,
            imageTag=tag,
            imageManifest=json.dumps(manifest),
            imageManifestMediaType=INDEX,
        )

    def administer(self, *command: str) -> str:
        """Run gitops as an administrator of the account does, on the default branch; return what it wrote."""
        self.prepare()
        if not (self._clone / "node_modules").exists():
            (self._clone / "node_modules").symlink_to(act.ROOT / "node_modules")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
        done = subprocess.run(
            [sys.executable, "-m", "gitops", *command],
            cwd=self._clone,
            env={**inherited, **lifecycle.environment(self._aws, self.account, REGION)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def deploy_all(self) -> None:
        """Have AWS what the default branch declares, as if it had been deployed long ago; for small_app.py."""
        self.prepare()
        outdir = self.folder / "seed"
        context = json.dumps({"environments": str(self._clone / "environments")})
        environ = {**os.environ, "CDK_OUTDIR": str(outdir), "CDK_CONTEXT_JSON": context}
        subprocess.run([sys.executable, "app.py"], cwd=self._clone, env=environ, check=True)
        artifacts = json.loads(outdir.joinpath("manifest.json").read_text())["artifacts"]
        stacks = {name: item for name, item in artifacts.items() if item["type"] == "aws:cloudformation:stack"}
        for name, stack in stacks.items():
            self.client("cloudformation").create_stack(
                StackName=name,
                TemplateBody=outdir.joinpath(stack["properties"]["templateFile"]).read_text(),
                Tags=[{"Key": key, "Value": value} for key, value in stack["properties"]["tags"].items()],
                EnableTerminationProtection=stack["properties"]["terminationProtection"],
            )
        wait_until(lambda: set(self.stacks.values()) == {"CREATE_COMPLETE"})
        self.github.record_run(self.github.head())

    @property
    def stacks(self) -> dict[str, str]:
        """The status of every stack of the account."""
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        return {stack["StackName"]: stack["StackStatus"] for stack in stacks}

    @property
    def aws_calls(self) -> list[AwsCall]:
        """What jobs have asked AWS so far."""
        return list(self.recorder.calls)

    def forget_calls(self) -> None:
        """Start the records of calls to both sides anew."""
        self.recorder.calls.clear()
        self.github.forget_calls()

    def client(self, service: str) -> Any:
        """Return a client of the embedded AWS, whose calls are not recorded."""
        return boto3.client(
            service,  # type: ignore[call-overload] # boto3 types clients by name
            endpoint_url=self._aws.endpoint,
            region_name=REGION,
            aws_access_key_id=self.account,
            aws_secret_access_key="embedded",  # noqa: S106 - any will do
        )

    # Inside

    def _check_out(self, sha: str) -> None:
        self._git("-C", str(self._clone), "fetch", "--quiet", "--depth=1", f"file://{self.github.git_url}", sha)
        self._git("-C", str(self._clone), "-c", "advice.detachedHead=false", "checkout", "--quiet", "--force", sha)

    def _recorded(self, file: Path) -> tuple[tuple[str, str], ...]:
        lines = file.read_text().splitlines() if file.exists() else []
        return tuple(sorted((line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines))

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], check=True, capture_output=True)


def in_days(days: int) -> str:
    """Return a date from today, as declarations write it."""
    return str(datetime.now(UTC).date() + timedelta(days=days))
