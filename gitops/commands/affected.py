"""`gitops affected`: the environments that a change touches, for a workflow's matrix."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from constructs_lib.config.environments import read
from gitops.affected.comparison import Comparison, compare
from gitops.affected.environment import AffectedEnvironment, matrix_outputs, turn
from gitops.affected.handed_over import destroyed_by_jobs, last_handed_over
from gitops.affected.tree import trees
from gitops.affected.wrong import refused_environment
from gitops.commands.selection import parse_names, show_problems
from gitops.git import commit_of
from gitops.github.actions import Run, set_outputs
from gitops.github.job_matrix import account_entry, entry
from gitops.output.progress import say, without_workflow_commands
from gitops.report.results import EnvironmentResult, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ASKED_FOR = "it was asked for"


def affected(
    *,
    folder: Path,
    base: str | None,
    head: str | None,
    names: Sequence[str],
    accounts: bool,
    pushed: bool,
    results: Path | None,
) -> int:
    """Print the environments that a change touches as JSON, and set the outputs of the workflow's step.

    The change is the one from the commit `base` to the commit `head`, or to the work tree; with `pushed`, from what
    earlier runs of the workflow have handed over, without what jobs have removed to destroy it themselves. Without
    either, it is the environments `names` as they are declared, all when the list is empty; or else, with `accounts`,
    the accounts.

    `results` is a folder for a file about each that is refused, for the report of the deployment.

    Returns 1 when declarations that are touched, or asked for, are wrong; all others are in the output.

    Raises DeclarationError when one of `names` is not declared; there is no output then.
    """
    if accounts:
        declared = read(folder)
        entries = [account_entry(name, config) for name, config in sorted(declared.accounts.items())]
        set_outputs({"accounts": entries})
        print(json.dumps(entries, indent=2))
        show_problems(declared)
        return 1 if declared.errors else 0
    if pushed:
        head = commit_of(head or "HEAD", folder)
        run = Run.from_environ()
        branch = run.connect().default_branch()
        base = last_handed_over(run.workflow_runs(), branch, head, folder, own_run=run.id)
    found = _compared(base, head, folder, pushed=pushed) if base is not None else _named(names, folder)
    set_outputs(matrix_outputs(found))
    print(json.dumps([environment.as_json() for environment in found.affected], indent=2))
    if results is not None:
        write(results, map(_result, filter(lambda environment: environment.refused, found.affected)))
    for environment in found.affected:
        if environment.refused:
            done = "destroyed" if environment.action == "destroy" else "deployed"
            say(without_workflow_commands(f"{environment.name} is not {done}: {environment.refused}"))
    say(f"{len(found.affected)} affected, {found.unchanged} unchanged")
    return 1 if any(e.refused and e.action != "destroy" for e in found.affected) else 0


def _result(environment: AffectedEnvironment) -> EnvironmentResult:
    return EnvironmentResult(
        environment=str(environment.name),
        kind=environment.kind,
        outcome="failed",
        reason=environment.refused or "",
    )


def _compared(base: str, head: str | None, folder: Path, *, pushed: bool) -> Comparison:
    with trees(base, head, folder) as (old, new):
        gone = old.declarations.keys() - new.declarations.keys() if old and pushed else ()
        return compare(old, new, settled=destroyed_by_jobs(gone, folder))


def _named(names: Sequence[str], folder: Path) -> Comparison:
    """Return environments as if everything about them had changed; nothing is synthesised."""
    wanted = parse_names(names)
    declared = read(folder)
    chosen = declared.require(wanted) if wanted else list(declared)
    refused = [] if wanted else [refused_environment(name, declared, ASKED_FOR, "update") for name in declared.wrong]
    environments = [
        AffectedEnvironment(
            name=environment.name,
            kind=environment.kind,
            action="update",
            reason=ASKED_FOR,
            job=entry(environment, declared),
        )
        for environment in chosen
    ]
    affected = sorted([*environments, *refused], key=turn)
    return Comparison(affected=tuple(affected), environments=declared.by_name, unchanged=0)
