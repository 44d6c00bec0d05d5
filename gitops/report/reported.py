"""A deployment that is reported: to GitHub while it goes on, and to a folder of results."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from gitops.report import results
from gitops.report.results import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from constructs_lib.config.environments import Environment
    from gitops.deploy.decisions import Result
    from gitops.report.deployments import GitHubDeployments


@contextmanager
def reported(
    environments: Sequence[Environment], *, deployments: GitHubDeployments | None, folder: Path | None
) -> Iterator[list[Result]]:
    """Report the results that are put into the list, or, when an error ends it, that nothing came of `environments`.

    Raises:
        UserError: the results cannot be written. Whether GitHub hears of them decides nothing.
    """
    done: list[Result] = []
    if deployments:
        deployments.begin(environments)
    try:
        yield done
    except BaseException as error:
        if folder:
            reason = str(error) or "interrupted"
            failed = (Record(environment=str(e.name), outcome="failed", reason=reason) for e in environments)
            results.write(folder, failed)
        if deployments:
            deployments.fail()
        raise
    if folder:
        results.write(folder, map(results.of_deployment, done))
    if deployments:
        deployments.end(done)
