"""`gitops deploy`: make AWS agree with declarations."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from constructs_lib.config.errors import DeclarationError
from gitops.access.simulated import is_simulated
from gitops.aws import embedded, target
from gitops.commands.selection import choose, parse_names
from gitops.deploy.beside_deployed import read_beside_deployed
from gitops.deploy.decisions import Result
from gitops.deploy.run import declared_lock, deploy_environments
from gitops.deploy.supersession import superseded
from gitops.errors import LOCKED_EXIT, UserError
from gitops.github.actions import Run
from gitops.github.deployments import GitHubDeployments
from gitops.github.newest import newest_lock
from gitops.output.progress import say
from gitops.output.report import show_remarks, text_table
from gitops.report.deployment import deployment_report
from gitops.report.results import EnvironmentResult, of_deployment, recorded, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.environments import Environment
    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.target import TargetName


def deploy(
    *,
    folder: Path,
    names: Sequence[str],
    github: bool,
    unless_superseded_by: Path | None,
    results: Path | None,
    requested_target: TargetName | None,
    today: date,
) -> int:
    """Deploy the environments `names`, or all that are declared when there are none.

    `github` shows them as deployments there; `results` is a folder for a file each. What the checkout
    `unless_superseded_by` has otherwise is left to the run that deploys it. Returns 1 when one of them failed, and
    `LOCKED_EXIT` when none failed and one is locked: with `github`, on the default branch as it is just before AWS is
    changed. The others are deployed all the same. Of all that are declared, those that are wrong are left out: it
    returns 1 then too.

    Raises:
        DeclarationError: a declaration that is named, its base or its account is wrong; nothing was changed.
    """
    wanted = parse_names(names)
    with _wrong_recorded(wanted, results):
        selected = choose(read_beside_deployed(folder, requested_target, today), wanted)
    environments = selected.environments
    if not environments:
        say(f"no environment is declared in {folder}: nothing to deploy")
        return selected.exit_code
    run = Run.from_environ() if github else None
    deployments = GitHubDeployments(run.connect(), sha=run.sha, run_url=run.url) if run else None
    newer = superseded(folder, environments, unless_superseded_by) if unless_superseded_by else {}
    own = [environment for environment in environments if environment.name not in newer]
    with recorded(own, deployments=deployments, folder=results) as done:
        done.extend(_left_alone(environment, newer) for environment in environments if environment.name in newer)
        if own:
            everything = selected.names is None and not newer
            done.extend(
                deploy_environments(
                    folder,
                    own,
                    everything=everything,
                    requested_target=requested_target,
                    today=today,
                    lock_of=partial(newest_lock, run.connect(), folder) if run else declared_lock,
                )
            )
    simulated = _simulated(environments, requested_target)
    print(text_table(deployment_report([of_deployment(result) for result in done], simulated).table), flush=True)
    exit_code = conclude(done)
    _tell_addresses(done, simulated, requested_target)
    return selected.exit_code or exit_code


def _tell_addresses(results: Sequence[Result], simulated: set[str], requested_target: TargetName | None) -> None:
    """Say where what was deployed answers on this machine; the URL in the table is that of AWS."""
    names = [result.environment.name for result in results if result.outcome in {"created", "updated"}]
    apps = [name for name in names if not name.is_base and not name.is_account and str(name) not in simulated]
    if apps and (running := target.resolve(requested_target).embedded):
        for name in apps:
            say(f"{name} answers on this machine at {running.url(str(name))}")


@contextmanager
def _wrong_recorded(names: Sequence[EnvironmentName], folder: Path | None) -> Iterator[None]:
    """Write a result for each of `names` to the folder for results when their declarations are wrong."""
    try:
        yield
    except DeclarationError as error:
        if folder:
            failed = partial(EnvironmentResult, outcome="failed", reason=str(error))
            write(folder, (failed(environment=str(name)) for name in names))
        raise


def _simulated(environments: Iterable[Environment], requested_target: TargetName | None) -> set[str]:
    """Return the names of the environments of which the embedded AWS runs no program that answers; none on AWS."""
    if target.resolve(requested_target).embedded is None:
        return set()
    try:
        images = embedded.images()
    except UserError:  # it has stopped: that marks nothing, and hides no result
        return set()
    return {str(environment.name) for environment in environments if is_simulated(environment, images)}


def _left_alone(environment: Environment, newer: Mapping[EnvironmentName, str]) -> Result:
    return Result(
        environment=environment,
        outcome="superseded",
        resources=0,
        seconds=0.0,
        reason=f"{newer[environment.name]}; the run for that deploys or destroys it",
    )


def conclude(results: Sequence[Result]) -> int:
    """Print how a deployment went as a whole, and why what failed did; return the exit code."""
    show_remarks(deployment_report([of_deployment(result) for result in results]))
    left = {result.outcome for result in results if not result.succeeded}
    return 0 if not left else LOCKED_EXIT if left == {"locked"} else 1
