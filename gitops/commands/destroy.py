"""`gitops destroy`: delete an environment's stack, whether its declaration still exists or not."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec.structs import replace

from constructs_lib.config.unchecked import UncheckedDeclaration
from gitops.aws import stack_status
from gitops.commands.selection import parse_names
from gitops.destroy import decisions as destruction_plan
from gitops.destroy import deletion as destruction
from gitops.destroy.decisions import without_a_source
from gitops.destroy.destroy_target import find_destroy_target
from gitops.destroy.removal import Removal, remove_environment
from gitops.errors import LockedError, UserError
from gitops.github.actions import Run
from gitops.github.newest import declaration_path
from gitops.output.progress import reporting, say
from gitops.report import results as results_of
from gitops.report.results import EnvironmentResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.cloudformation import CloudFormation, DeployedStack
    from gitops.aws.target import TargetName
    from gitops.destroy.destroy_target import DestroyTarget
    from gitops.output.outcome import Outcome


def destroy(
    *,
    folder: Path,
    name: str,
    yes: bool,
    confirm: str | None,
    region: str | None,
    github: bool,
    only_expired: bool,
    results: Path | None,
    requested_target: TargetName | None,
    today: date,
) -> int:
    """Destroy the environment `name`, after consent: `yes`, and for a protected one its name in `confirm`.

    With `github`, its file is removed from the default branch first, `only_expired` if that lets it expire. `results`
    is a folder for a file with what became of it. `region` is that of the stack: for one that stayed where the
    environment is no longer declared. Returns 0 also when the environment is gone already, or, with `github`, declared
    again by a newer commit, and 1 when a pull request has to be merged first.
    """
    (wanted,) = parse_names([name])
    if confirm is not None and parse_names([confirm]) != [wanted]:
        raise UserError(f"--confirm {confirm} does not name {wanted}; nothing was destroyed")
    if only_expired and not github:
        raise UserError("--only-expired reads the default branch: add --github")
    run = Run.from_environ() if github else None
    with _recorded(wanted, results) as record:
        target = find_destroy_target(folder=folder, name=wanted, region=region, requested_target=requested_target)
        stack, cloudformation = target.stack, target.cloudformation
        if target.left_behind and run is not None:
            raise UserError(f"{wanted} is declared in another region than {region}, so --github would remove its file")
        if target.seeds:
            say(f"warning: {without_a_source(target.name, target.seeds)}")
        if stack and cloudformation and stack.status != stack_status.DELETING:
            _obtain_consent(wanted, stack, cloudformation, yes=yes, confirmed=confirm is not None)
        if run is not None:
            removal = _remove(target, run, folder=folder, expired_on=today if only_expired else None)
        else:
            _refuse_locked(target)
            removal = _delete(target)
        record(removal)
    for event in removal.kept:
        print(f"kept: {event.type} {event.physical_id}")
    return _conclude(target, removal)


@contextmanager
def _recorded(name: EnvironmentName, folder: Path | None) -> Iterator[Callable[[Removal], None]]:
    """Yield what takes the removal, and write what became of the environment to the folder for results."""
    start = time.monotonic()

    def write(record: EnvironmentResult) -> None:
        if folder:
            results_of.write(folder, [replace(record, seconds=round(time.monotonic() - start, 1))])

    try:
        yield lambda removal: write(results_of.of_removal(removal))
    except UserError as error:
        outcome: Outcome = "locked" if isinstance(error, LockedError) else "failed"
        write(EnvironmentResult(environment=str(name), outcome=outcome, reason=str(error)))
        raise


def _remove(target: DestroyTarget, run: Run, *, folder: Path, expired_on: date | None) -> Removal:
    why = "it has expired" if expired_on else f"asked for in {run.url}"
    with reporting() as report:
        return remove_environment(
            target,
            run.connect(),
            path=declaration_path(folder, target.name),
            message=f"chore: remove {target.name}\n\nIt is destroyed: {why}.",
            run_url=run.url,
            report=report,
            expired_on=expired_on,
        )


def _refuse_locked(target: DestroyTarget) -> None:
    lock = UncheckedDeclaration(target.source.data).lock if target.source else None
    if lock:
        raise LockedError(f"{target.name} is {lock}. Nothing was destroyed. Take `lock` out of its file first")


def _delete(target: DestroyTarget) -> Removal:
    if target.stack is None or target.cloudformation is None or target.logs is None:
        return Removal(name=target.name, outcome="not deployed")
    with reporting() as report:
        try:
            kept = destruction.delete(
                target.cloudformation, target.logs, target.stack, interval=target.interval, report=report
            )
        except KeyboardInterrupt:
            again = f"Run `gitops destroy {target.name}` again to see the end"
            say(f"interrupted; CloudFormation goes on by itself. {again}")
            raise
        report.finish(str(target.name), "destroyed")
    return Removal(name=target.name, outcome="destroyed", kept=tuple(kept))


def _conclude(target: DestroyTarget, removal: Removal) -> int:
    """Print the conclusion on standard error; return the exit code."""
    name = target.name
    if removal.proposed:
        request = removal.proposed.pull_request
        merged = "GitHub merges it when its rules allow" if removal.proposed.merges_by_itself else "merge it"
        say(f"the default branch is protected, so {request.url} removes the file of {name}: {merged}.")
        say(f"{name} was not destroyed yet: the deployment of that merge does it")
        return 1
    if removal.outcome == "superseded":
        say(f"{name} is superseded: a newer commit of the default branch declares it again. Nothing was destroyed")
        return 0
    if removal.outcome == "not deployed":
        say(f"{name} is not deployed in {' '.join(map(str, sorted(target.places)))}: nothing to destroy")
    if removal.commit:
        say(f"its file was removed from the default branch: {removal.commit}")
    elif target.left_behind:
        say(f"{name} is still declared, in another place, where it was left alone")
    elif target.source and removal.outcome == "destroyed":
        say(f"{target.source.path} still declares it: `gitops deploy --all` would create it again")
    return 0


def _obtain_consent(
    name: EnvironmentName, stack: DeployedStack, cloudformation: CloudFormation, *, yes: bool, confirmed: bool
) -> None:
    """Print the resources that will be deleted and ask, unless `yes`. Raises UserError without consent."""
    resources = cloudformation.resources(stack.stack_id)
    print(f"{name}: the stack {stack.name} in {stack.where}, with")
    for resource_type, count in destruction_plan.counted(resources):
        print(f"  {count:4} {resource_type}")
    lost = destruction_plan.losses(resources, cloudformation.template(stack.stack_id))
    if lost:
        print("of which these hold data:")
        for line in lost:
            print(f"  {line}")
    sys.stdout.flush()
    why = stack.needs_confirmation
    if why and not confirmed:
        raise UserError(f"{name} {why}. Nothing was destroyed. To destroy it all the same, add: --confirm {name}")
    if yes:
        return
    if not sys.stdin.isatty():
        raise UserError("stdin is not a terminal; nothing was destroyed. To continue without a question, pass --yes")
    print(f"Destroy {name}? Type yes: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise UserError("nothing was destroyed")
