"""`gitops plan`: what a change would do, offline; or, with change sets, what CloudFormation says of such a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.environments import AccountRegion, read
from constructs_lib.config.files import file_of
from constructs_lib.config.naming import ACCOUNTS_FOLDER, EnvironmentName
from gitops import git
from gitops.affected.tree import NO_COMMIT, trees
from gitops.aws import target
from gitops.errors import UserError
from gitops.github.actions import SUMMARY_BYTES, add_summary, set_outputs
from gitops.github.job_matrix import account_entry
from gitops.output.progress import say, without_workflow_commands
from gitops.output.report import text_table
from gitops.plan.comment import plan_table, render
from gitops.plan.document import ChangeSets, read_plan, write_change_sets, write_plan
from gitops.plan.planning import make_plan
from gitops.plan.view import merge_change_sets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.model import AccountConfig
    from gitops.aws.target import TargetName
    from gitops.plan.document import Plan


def plan(
    *,
    folder: Path,
    base: str | None,
    change_sets: Path | None,
    account: str | None,
    output: Path | None,
    requested_target: TargetName | None,
    today: date,
) -> int:
    """Plan the change since the branch left the revision `base`, or ask CloudFormation of the plan in `change_sets`.

    Offline, the plan is printed, written to `output`, put into the job's summary, and the accounts that it touches
    are set as an output. Returns 1 when something in it is refused. Change sets are made of the environments in the
    declared account `account`, and what they say is written to `output`.
    """
    if change_sets is not None:
        if account is None or output is None:
            raise UserError("--change-sets needs --account and --output")
        return _ask(folder, change_sets, account, output, requested_target)
    if base is None:
        raise UserError("name the revision that the branch started from: --base main")
    made = _planned(folder, base, today)
    if output is not None:
        write_plan(output, made)
    accounts = _accounts(folder, {environment.account for environment in made.environments})
    set_outputs({"accounts": [account_entry(name, config) for name, config in sorted(accounts.items())]})
    head = git.commit_of("HEAD", folder)
    add_summary(render(made, [], head=head, limit=SUMMARY_BYTES - 1))
    _show(made)
    return 1 if made.refused else 0


def _planned(folder: Path, base: str, today: date) -> Plan:
    start = base if base == NO_COMMIT else git.fork_point(base, folder)
    with trees(start, None, folder) as (old, new):
        return make_plan(old, new, today)


def _accounts(folder: Path, names: Iterable[str]) -> Mapping[str, AccountConfig]:
    """Return those of the accounts `names` that are declared."""
    wanted = [EnvironmentName(ACCOUNTS_FOLDER, name) for name in names]
    declared = [name for name in wanted if file_of(folder, name).exists()]
    return read(folder, only=declared).accounts if declared else {}


def _show(made: Plan) -> None:
    environments = merge_change_sets(made, [])
    print(text_table(plan_table(environments)))
    for environment in environments:
        planned = environment.planned
        for line in (
            f"{planned.environment}: {planned.reason}",
            *(f"{planned.environment}: {note}" for note in environment.notes),
            *(f"{planned.environment} is refused: {refusal}" for refusal in environment.refusals),
        ):
            say(without_workflow_commands(line))
    say(f"{made.unchanged} unchanged")


def _ask(folder: Path, directory: Path, account: str, output: Path, requested_target: TargetName | None) -> int:
    """Make change sets, and write what they say."""
    # boto3 takes long to import, and an offline plan does not need it.
    from gitops.aws.session import Session  # noqa: PLC0415
    from gitops.plan import change_sets  # noqa: PLC0415

    document = read_plan(directory)
    declared = _accounts(folder, [account]).get(account)
    if declared is None:
        say(f"the account {account} is not declared on this branch, so no change set is made")
        write_change_sets(output, ChangeSets(account=account, results=()))
        return 0
    session = Session(target.resolve(requested_target))
    caller = session.introduce(AccountRegion(declared.id, declared.region))
    if caller not in {None, declared.id}:
        raise UserError(f"these credentials are for AWS account {caller}; {account} is {declared.id}")
    found = change_sets.ask(document, account, declared.id, session)
    write_change_sets(output, found)
    for result in found.results:
        if result.changes is not None:
            say(f"{result.environment}: {len(result.changes)} changes")
    return 0
