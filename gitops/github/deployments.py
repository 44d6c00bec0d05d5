"""Deployments of environments on GitHub, with their URLs and states.

https://docs.github.com/en/rest/deployments/deployments
A failure of GitHub is printed and ignored: it decides nothing about AWS.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from gitops.github.transport import GitHubError
from gitops.output.outcome import FAILURES, WORDING
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops.github.model import Deployment, DeploymentState
    from gitops.github.repository import Repository
    from gitops.output.outcome import Outcome


MOST_DEACTIVATED = 30
"""Deployments of one environment that are looked at when it is destroyed: two requests each, at most."""


class GitHubDeployments:
    """The deployments of one commit. `run_url` is where the log is."""

    def __init__(self, repository: Repository, *, sha: str, run_url: str) -> None:
        self._repository = repository
        self._sha = sha
        self._run_url = run_url
        self._open: dict[str, Deployment] = {}

    def begin(self, environment: str, *, production: bool) -> None:
        """Report that an environment is being deployed."""
        with ignore_github_errors(f"that {environment} is being deployed"):
            deployment = self._repository.create_deployment(
                environment=environment, sha=self._sha, production=production
            )
            self._open[environment] = deployment
            self._repository.set_deployment_state(deployment, "in_progress", log_url=self._run_url)

    def end(self, environment: str, outcome: Outcome, url: str = "") -> None:
        """Report the outcome of a deployment that was begun."""
        state: DeploymentState = "inactive" if outcome == "locked" else "failure" if outcome in FAILURES else "success"
        self._end(environment, state, WORDING[outcome].github, url)

    def fail_open(self) -> None:
        """Report that every deployment that was begun and has not ended has failed."""
        for environment in list(self._open):
            self._end(environment, "failure", "nothing was deployed")

    def _end(self, environment: str, state: DeploymentState, description: str, url: str = "") -> None:
        deployment = self._open.pop(environment, None)
        if deployment is not None:
            with ignore_github_errors(f"how the deployment of {environment} ended"):
                self._repository.set_deployment_state(
                    deployment, state, url=url, log_url=self._run_url, description=description
                )


def deactivate(repository: Repository, environment: str, *, run_url: str) -> None:
    """Report that an environment is destroyed: none of its newest deployments is active.

    GitHub allows 80 requests a minute that make content, so a state is added only where it is needed. When a
    deployment succeeded, GitHub made the earlier ones of its environment inactive, unless they are of production.
    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
    """
    with ignore_github_errors(f"that {environment} is destroyed"):
        for deployment in repository.newest_deployments(environment, MOST_DEACTIVATED):
            states = repository.deployment_states(deployment)
            if states[:1] != ["inactive"]:
                repository.set_deployment_state(
                    deployment, "inactive", log_url=run_url, description=WORDING["destroyed"].github
                )
            if "success" in states and not deployment.production:
                return


@contextmanager
def ignore_github_errors(report: str) -> Iterator[None]:
    """Print a failure of GitHub and go on; `report` says what was to be reported."""
    try:
        yield
    except GitHubError as error:
        say(f"could not report to GitHub {report}: {error}")
