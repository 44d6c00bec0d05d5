"""`gitops drift`: how deployed environments differ from their declarations. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.environments import read
from gitops import handoff
from gitops.aws import target
from gitops.aws.session import Session
from gitops.cdk import synthesis
from gitops.commands.account_selection import select_accounts
from gitops.commands.selection import show_problems
from gitops.drift.detection import find_drift
from gitops.drift.report import drift_report
from gitops.errors import UserError
from gitops.git.former_places import former_places
from gitops.output.report import show

if TYPE_CHECKING:
    from pathlib import Path

    from gitops.aws.target import TargetName


def drift(*, folder: Path, account: str | None, save: Path | None, requested_target: TargetName | None) -> int:
    """Print the drift of one account, or of all that are reached.

    Returns 1 when there is any, when it is not known, or when declarations are wrong; those are not compared.

    `save` is a file for the drift of the account, for `gitops report drift`; it is written in either case.

    Raises:
        UserError: a declaration cannot be synthesised.
        AwsError: AWS cannot be listed completely.
    """
    if save is not None and account is None:
        raise UserError("--save writes what was found in one account: choose it with --account")
    declared = read(folder)
    show_problems(declared)
    aws = target.resolve(requested_target)
    session = Session(aws)
    accounts = select_accounts(declared, account, session)
    names = [environment.name for environment in declared if environment.account in accounts]
    assembly = synthesis.synthesise(folder, names if declared.errors or len(names) < len(declared) else None)
    former = former_places(folder)
    found = [
        find_drift(name, declared, former=former, assembly=assembly, target=aws, session=session) for name in accounts
    ]
    if save is not None:
        handoff.write(save, found[0])
    show(drift_report(found))
    return 1 if declared.errors or any(each.findings or each.unknown for each in found) else 0
