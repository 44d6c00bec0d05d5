"""Results of deployments and destructions, a document for each environment, for the report at the end of a run."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta
from msgspec.structs import replace

from constructs_lib.config.environments import parse_name
from gitops import handoff
from gitops.errors import UserError
from gitops.handoff import Count, Document, EnvironmentId, ShortText, Text
from gitops.output.outcome import FAILURES, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from constructs_lib.config.environments import Environment
    from gitops.deploy.decisions import Result
    from gitops.destroy.removal import Removal
    from gitops.github.deployments import GitHubDeployments

REASON_LENGTH = 100_000
"""Most characters of a reason that are kept."""


class EnvironmentResult(Document, frozen=True, kw_only=True):
    """The result of one environment.

    `url` is its address, or that of the pull request that proposes its removal; `reason` is in the words of others.
    """

    environment: EnvironmentId
    kind: ShortText = ""
    outcome: Outcome
    resources: Count = 0
    seconds: Annotated[float, Meta(ge=0, le=1_000_000)] = 0.0
    url: Text = ""
    reason: Annotated[str, Meta(max_length=REASON_LENGTH)] = ""

    @property
    def failed(self) -> bool:
        """Whether the environment is not as declared."""
        return self.outcome in FAILURES


def of_deployment(result: Result) -> EnvironmentResult:
    """Return the result of a deployment as a document."""
    return EnvironmentResult(
        environment=str(result.environment.name),
        kind=result.environment.kind,
        outcome=result.outcome,
        resources=result.resources,
        seconds=round(result.seconds, 1),
        url=result.url,
        reason=result.reason,
    )


def of_removal(removal: Removal) -> EnvironmentResult:
    """Return the result of a destruction as a document."""
    pull_request = removal.proposed.pull_request.url if removal.proposed else ""
    return EnvironmentResult(environment=str(removal.name), outcome=removal.outcome, url=pull_request)


def write(folder: Path, results: Iterable[EnvironmentResult]) -> None:
    """Write results to a folder, in files named after the environments. Raises UserError when that cannot be done."""
    for result in results:
        file = folder / f"{parse_name(result.environment).stack}.json"
        handoff.write(file, replace(result, reason=result.reason[:REASON_LENGTH]))


def read(folder: Path) -> list[EnvironmentResult]:
    """Return the results in a folder and in the artifacts below it, by environment; of jobs run again the newest.

    Raises:
        UserError: there is no such folder, or a file in it is not valid.
    """
    if not folder.is_dir():
        raise UserError(f"there is no folder {folder} with results")
    results = [handoff.read(path, EnvironmentResult) for path in handoff.newest_files(folder, "*.json")]
    return sorted(results, key=lambda result: result.environment)


@contextmanager
def recorded(
    environments: Sequence[Environment], *, deployments: GitHubDeployments | None, folder: Path | None
) -> Iterator[list[Result]]:
    """Report the deployment of `environments` to GitHub and to a folder: the results that are put into the list.

    When an error ends it, all of `environments` have failed.

    Raises:
        UserError: the results cannot be written. Errors of GitHub are printed and ignored.
    """
    done: list[Result] = []
    if deployments:
        for environment in environments:
            deployments.begin(str(environment.name), production=environment.is_production)
    try:
        yield done
    except BaseException as error:
        if folder:
            reason = str(error) or "interrupted"
            write(
                folder,
                (
                    EnvironmentResult(environment=str(e.name), kind=e.kind, outcome="failed", reason=reason)
                    for e in environments
                ),
            )
        if deployments:
            deployments.fail_open()
        raise
    if folder:
        write(folder, map(of_deployment, done))
    if deployments:
        for result in done:
            deployments.end(str(result.environment.name), result.outcome, result.url)
