"""Deployments as GitHub shows them, with their environments' addresses and how they ended.

https://docs.github.com/en/rest/deployments/deployments
GitHub's failures are said and go by: reporting never decides about AWS.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from gitops.github.transport import GitHubError
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from constructs_lib.config.environments import Environment
    from gitops.deploy.decisions import Outcome, Result
    from gitops.github.model import Deployment, DeploymentState
    from gitops.github.repository import Repository

_DESCRIPTIONS: dict[Outcome, str] = {
    "created": "created",
    "updated": "updated",
    "unchanged": "nothing to change",
    "failed": "the deployment failed",
    "skipped": "its base was not deployed",
    "locked": "the environment is locked",
}


class GitHubDeployments:
    """Tells GitHub of the deployment of a commit. `run_url` is where its log is."""

    def __init__(self, repository: Repository, *, sha: str, run_url: str) -> None:
        self._repository = repository
        self._sha = sha
        self._run_url = run_url
        self._begun: dict[str, Deployment] = {}

    def begin(self, environments: Iterable[Environment]) -> None:
        """Say that environments are being deployed."""
        for environment in environments:
            name = str(environment.name)
            with said(f"that {name} is being deployed"):
                production = environment.is_production
                deployment = self._repository.create_deployment(environment=name, sha=self._sha, production=production)
                self._begun[name] = deployment
                self._repository.set_deployment_state(deployment, "in_progress", log_url=self._run_url)

    def end(self, results: Iterable[Result]) -> None:
        """Say how environments were deployed."""
        for result in results:
            state: DeploymentState = "success" if result.succeeded else "failure"
            self._end(str(result.environment.name), state, _DESCRIPTIONS.get(result.outcome, ""), result.url)

    def fail(self) -> None:
        """Say of what was begun and has not ended that it failed."""
        for name in list(self._begun):
            self._end(name, "failure", "nothing was deployed")

    def _end(self, name: str, state: DeploymentState, description: str, url: str = "") -> None:
        deployment = self._begun.pop(name, None)
        if deployment is not None:
            with said(f"how the deployment of {name} ended"):
                self._repository.set_deployment_state(
                    deployment, state, url=url, log_url=self._run_url, description=description
                )


def deactivate(repository: Repository, environment: str, *, run_url: str) -> None:
    """Say that an environment is gone: none of its deployments is active."""
    with said(f"that {environment} is gone"):
        for deployment in repository.deployments(environment):
            repository.set_deployment_state(deployment, "inactive", log_url=run_url, description="destroyed")


@contextmanager
def said(what: str) -> Iterator[None]:
    """Go on when GitHub cannot be told something, and say so."""
    try:
        yield
    except GitHubError as error:
        say(f"GitHub could not be told {what}: {error}")
