"""A conversation on a pull request: people comment, and the jobs of the workflow run as processes of their own."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from tests.gitops.checkouts import Checkout, CommandLine
from tests.workflows.harness.permissions import commits, token_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fake_github.fake import FakeGitHub

JOBS = ("git", "read", "deploy", "production", "destroy")


@dataclass(frozen=True)
class Ran:
    """A job that ran."""

    process: subprocess.CompletedProcess[str]
    outputs: dict[str, Any]

    @property
    def steps(self) -> list[tuple[str, str]]:
        """What the jobs are to do: the job, and the environment."""
        return [(job, entry["environment"]) for job in JOBS for entry in self.outputs[job]]


@dataclass(frozen=True)
class Event:
    """A comment that GitHub has told of."""

    file: Path
    comment_id: int
    author: str


@dataclass
class Conversation:
    """The pull request `number`, which touches dev/alpha, and a checkout of the default branch."""

    github: FakeGitHub
    checkout: CommandLine
    number: int
    has_app: bool = True
    """Whether jobs that commit have the token of a GitHub App."""
    _events: Iterator[int] = field(default_factory=count)

    def pull(self) -> None:
        """Bring the checkout to what the default branch has."""
        folder = self.checkout.root / "environments"
        for file in folder.glob("*/*.yaml"):
            name = file.relative_to(self.checkout.root).as_posix()
            text = self.github.read(name)
            file.unlink() if text is None else file.write_text(text)

    def push(self) -> None:
        """Bring the default branch to what the checkout has."""
        root = self.checkout.root
        files = {
            file.relative_to(root).as_posix(): file.read_text() for file in (root / "environments").glob("*/*.yaml")
        }
        self.github.commit(files)

    def event(self, payload: dict[str, Any]) -> Event:
        file = self.checkout.root / f"event-{next(self._events)}.json"
        file.write_text(json.dumps(payload))
        comment = payload["comment"]
        return Event(file, comment["id"], comment["user"]["login"])

    def comment(self, author: str, body: str) -> Event:
        return self.event(self.github.comment(self.number, author, body))

    def run(self, event: Event, job: str, *arguments: str, **environ: str) -> Ran:
        """Run one job of the workflow."""
        output = self.checkout.root / f"output-{next(self._events)}"
        given = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.github.url,
            "GITHUB_EVENT_PATH": str(event.file),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.checkout.root / "summary.md"),
            "GITHUB_REPOSITORY": self.github.repository,
            "GITHUB_RUN_ID": "1",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": self.github.head(),
            "GITHUB_TOKEN": token_of(self.github, f"command/{job}"),
            "GITHUB_TRIGGERING_ACTOR": event.author,
            **(
                {"COMMIT_APP_TOKEN": self.github.issue_app_token()}
                if self.has_app and commits(f"command/{job}")
                else {}
            ),
        }
        process = self.checkout.gitops("command", *arguments, **{**given, **environ})
        lines = output.read_text().splitlines() if output.exists() else []
        return Ran(process, {name: json.loads(value) for name, value in (line.split("=", 1) for line in lines)})

    def decide(self, event: Event, **environ: str) -> Ran:
        return self.run(event, "decide", **environ)

    def perform(self, event: Event, ran: Ran, job: str, **environ: str) -> list[Ran]:
        """Run the jobs of a matrix."""
        return [self.run(event, job, "--perform", str(entry["order"]), **environ) for entry in ran.outputs[job]]

    def order(self, author: str, body: str, **environ: str) -> tuple[Event, list[Ran]]:
        """Comment, decide, and run every job that follows, in the order of the workflow."""
        event = self.comment(author, body)
        decided = self.decide(event, **environ)
        done = [decided]
        for job in JOBS:
            if job in {"deploy", "production"}:
                self.pull()
            done += self.perform(event, decided, job, **environ)
        return event, done

    @property
    def answers(self) -> list[str]:
        return self.github.comments_of_ours(self.number)

    def reactions(self, event: Event) -> list[str]:
        return self.github.reactions(event.comment_id)

    @property
    def summary(self) -> str:
        return (self.checkout.root / "summary.md").read_text()


def start(github: FakeGitHub, checkout: CommandLine) -> Conversation:
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.app("dev/beta")
    github.commit({"environments/dev/alpha.yaml": "kind: ad-hoc-app\n"}, branch="alpha")
    number = github.open_pull_request(branch="alpha")
    started = Conversation(github, checkout, number)
    started.push()
    return started


@pytest.fixture
def conversation(bare_checkout: CommandLine, fake_github: FakeGitHub) -> Conversation:
    """Without AWS: what decides, and what commits."""
    bare_checkout.account("111111111111")
    return start(fake_github, bare_checkout)


@pytest.fixture
def conversation_with_aws(checkout: Checkout, fake_github: FakeGitHub) -> Conversation:
    return start(fake_github, checkout)
