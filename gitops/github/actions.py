"""The environment that GitHub Actions gives a job: what it says of the run, and where it takes outputs and summaries.

https://docs.github.com/en/actions/reference/workflows-and-actions/variables
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gitops.errors import UserError
from gitops.github.repository import COMMIT_APP_TOKEN, repository_of
from gitops.github.settings import RepositorySettings
from gitops.github.transport import Transport
from gitops.github.workflow_runs import WorkflowRuns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops.github.repository import Repository

SUMMARY_BYTES = 1024 * 1024
"""Largest summary of a step."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run of a workflow. The token is that of its job, with the permissions of the job."""

    repository: str
    id: int
    sha: str
    event: Path
    url: str
    api_url: str
    token: str
    app_token: str = ""
    """Token of the GitHub App that commits; empty where the repository has none, or in a job that does not commit."""

    @classmethod
    def from_environ(cls) -> Run:
        """Return the run that this process is a step of. Raises UserError outside GitHub Actions."""
        environ = os.environ
        try:
            repository, run_id = environ["GITHUB_REPOSITORY"], environ["GITHUB_RUN_ID"]
            return cls(
                repository=repository,
                id=int(run_id),
                sha=environ["GITHUB_SHA"],
                event=Path(environ["GITHUB_EVENT_PATH"]),
                url=f"{environ['GITHUB_SERVER_URL']}/{repository}/actions/runs/{run_id}",
                api_url=environ["GITHUB_API_URL"],
                token=environ["GITHUB_TOKEN"],
                app_token=environ.get(COMMIT_APP_TOKEN, ""),
            )
        except KeyError as error:
            raise UserError(
                f"{error.args[0]} is not set: this works in a job of GitHub Actions, with GITHUB_TOKEN among the "
                "step's variables"
            ) from error

    def connect(self) -> Repository:
        """Return the repository of the run."""
        return repository_of(self.repository, self.api_url, self.token, self.app_token)

    def settings(self) -> RepositorySettings:
        """Return the settings of the repository of the run."""
        return RepositorySettings(Transport(self.api_url, self.token), self.repository)

    def workflow_runs(self) -> WorkflowRuns:
        """Return the runs of the repository of the run."""
        return WorkflowRuns(Transport(self.api_url, self.token), self.repository)

    def payload(self) -> Any:  # noqa: ANN401 - JSON
        """Return the event that started the run. Raises UserError when it cannot be read."""
        try:
            return json.loads(self.event.read_bytes())
        except (OSError, ValueError) as error:
            raise UserError(f"the event of this run cannot be read from {self.event}: {error}") from error


def set_outputs(outputs: Mapping[str, object]) -> None:
    """Set outputs of this step, as JSON; outside GitHub Actions nothing happens."""
    lines = [f"{name}={json.dumps(value, separators=(',', ':'))}" for name, value in outputs.items()]
    _append("GITHUB_OUTPUT", lines)


def add_summary(markdown: str) -> None:
    """Add to the summary of this job, cut at GitHub's limit; outside GitHub Actions nothing happens."""
    _append("GITHUB_STEP_SUMMARY", [markdown.encode()[: SUMMARY_BYTES - 1].decode(errors="ignore")])


def _append(variable: str, lines: list[str]) -> None:
    path = os.environ.get(variable)
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
