"""Releases on the embedded AWS, with the repository's own constructs: what runs, what is told, what keeps serving."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from local_aws.lifecycle import EmbeddedAws
from tests import embedded
from tests.gitops.checkouts import Checkout, CommandLine

BASE = """\
kind: ad-hoc-base
account: main
domain: dev.example.com
hosted_zone_id: Z0123456789ABCDEFGHIJ
network: {cidr: 10.20.0.0/16}
app_defaults:
  owner: octocat
  repository: microblog
  release_command: [python, manage.py, migrate]
  services:
    web: {command: [gunicorn, config.wsgi], port: 8000, paths: ["/*"]}
"""
APP = """\
kind: ad-hoc-app
image: %s
expires: %s
environment: %s
"""


EXPIRES = datetime.now(UTC).date() + timedelta(days=7)

NUMBERS = count()


class Releases:
    """An app of its own on the base that these tests share, with the real constructs."""

    def __init__(self, checkout: Checkout, app: str) -> None:
        self._checkout = checkout
        self._app = app

    def deploy(self, image: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Declare the app's version and variables, and deploy it."""
        self._checkout.write(f"dev/{self._app}.yaml", APP % (image, EXPIRES, json.dumps(environment)))
        return self._checkout.gitops("deploy", f"dev/{self._app}")

    def destroy(self) -> "subprocess.CompletedProcess[str]":
        return self._checkout.gitops("destroy", f"dev/{self._app}", "--yes")

    def runs(self, log_group: str) -> list[str]:
        """Return the first log line of each task that wrote to a log group of the app's, oldest first."""
        logs = self._checkout.client("logs")
        (group,) = (
            group["logGroupName"]
            for group in logs.describe_log_groups()["logGroups"]
            if f"dev-{self._app}" in group["logGroupName"] and log_group in group["logGroupName"]
        )
        streams = sorted(
            logs.describe_log_streams(logGroupName=group)["logStreams"], key=lambda stream: stream["creationTime"]
        )
        return [
            logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"][0]["message"]
            for stream in streams
        ]

    def said_by_runner(self) -> list[str]:
        """Return the lines that the base's runner logged, oldest first."""
        logs = self._checkout.client("logs")
        groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
        events = [
            event
            for group in groups
            if "TaskRunner" in group
            for page in logs.get_paginator("describe_log_streams").paginate(logGroupName=group)
            for stream in page["logStreams"]
            for event in logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"]
        ]
        return [event["message"] for event in sorted(events, key=lambda event: event["timestamp"])]

    def serving(self) -> str:
        """Return the image that the app's web service runs."""
        ecs = self._checkout.client("ecs")
        (cluster,) = (arn for arn in ecs.list_clusters()["clusterArns"] if f"dev-{self._app}" in arn)
        (service,) = (arn for arn in ecs.list_services(cluster=cluster)["serviceArns"] if "ServicesWeb" in arn)
        (described,) = ecs.describe_services(cluster=cluster, services=[service])["services"]
        definition = ecs.describe_task_definition(taskDefinition=described["taskDefinition"])["taskDefinition"]
        image: str = definition["containerDefinitions"][0]["image"]
        return image.rpartition("/")[2]


@pytest.fixture(scope="module")
def with_base(tmp_path_factory: pytest.TempPathFactory, embedded_state: tuple[Path, EmbeddedAws]) -> Checkout:
    state, aws = embedded_state
    checkout = Checkout(CommandLine.make(tmp_path_factory.mktemp("releases")).root, embedded.new_account(), aws)
    (checkout.root / ".gitops" / "local").symlink_to(state)
    checkout.account(checkout.account_id)
    checkout.write("dev/base.yaml", BASE)
    for command in (("bootstrap",), ("deploy", "dev")):
        done = checkout.gitops(*command)
        assert done.returncode == 0, done.stderr
    return checkout


@pytest.fixture
def releases(with_base: Checkout) -> Releases:
    return Releases(with_base, f"app{next(NUMBERS)}")


def test_release_runs_once_for_each_version_and_not_otherwise(releases: Releases) -> None:
    result = releases.deploy("v1")
    assert result.returncode == 0, result.stderr
    assert len(releases.runs("ReleaseLogs")) == 1
    assert releases.serving() == "microblog:v1"

    releases.deploy("v1")
    assert len(releases.runs("ReleaseLogs")) == 1

    releases.deploy("v2")
    assert len(releases.runs("ReleaseLogs")) == 2
    assert len(releases.runs("ReleaseDatabaseLogs")) == 1
    assert releases.serving() == "microblog:v2"


def test_failed_release_is_rolled_back_told_and_changes_nothing_that_serves(releases: Releases) -> None:
    releases.deploy("v1")
    result = releases.deploy("v2", SIMULATED_EXIT_CODE="3")
    assert result.returncode == 1
    assert "the release command failed: exit code 3" in result.stderr
    assert "simulated, no container was started: python manage.py migrate" in result.stderr
    assert releases.serving() == "microblog:v1"
    # The rollback to v1 does not run v1's release command over data of v2.
    assert len(releases.runs("ReleaseLogs")) == 2

    result = releases.deploy("v3")
    assert result.returncode == 0, result.stderr
    assert releases.serving() == "microblog:v3"


def test_task_that_cannot_start_fails_the_deployment_with_its_reason(releases: Releases) -> None:
    releases.deploy("v1")
    result = releases.deploy("v2", SIMULATED_STOPPED_REASON="CannotPullContainerError: microblog:v2: not found")
    assert result.returncode == 1
    assert "CannotPullContainerError: microblog:v2: not found" in result.stderr
    assert releases.serving() == "microblog:v1"


def test_first_release_that_fails_leaves_no_service_behind(releases: Releases) -> None:
    result = releases.deploy("v1", SIMULATED_EXIT_CODE="1")
    assert result.returncode == 1
    assert "exit code 1" in result.stderr
    result = releases.deploy("v2")
    assert result.returncode == 0, result.stderr
    assert releases.serving() == "microblog:v2"


def test_destroy_runs_the_database_task_once_more_to_drop_it(releases: Releases) -> None:
    releases.deploy("v1")
    said_before = len(releases.said_by_runner())
    result = releases.destroy()
    assert result.returncode == 0, result.stderr
    said = releases.said_by_runner()[said_before:]
    (drop,) = (line for line in said if line.startswith("Delete: started"))
    assert "the database task" in drop
    assert "{'ACTION': 'drop'}" in drop
