"""`gitops drift`: what differs between the declarations and what runs. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.environments import load
from gitops import handoff
from gitops.aws import target
from gitops.aws.session import Session
from gitops.cdk import synthesis
from gitops.commands.selection import select_accounts
from gitops.drift.observing import observe
from gitops.errors import UserError
from gitops.output import table
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gitops.aws.target import TargetName
    from gitops.drift.observation import Observation

HEADINGS = ("ENVIRONMENT", "WHAT", "DETAILS")


def drift(*, folder: Path, account: str | None, save: Path | None, requested_target: TargetName | None) -> int:
    """Print what differs in one account, or in all that are reached. Returns 1 when anything does, or is not known.

    `save` is a file for what was found in the account, for `gitops report drift`; it is written in either case.

    Raises:
        UserError: the declarations or their templates cannot be made.
        AwsError: AWS cannot be listed completely.
    """
    if save is not None and account is None:
        raise UserError("--save writes what was found in one account: say which with --account")
    declared = load(folder)
    aws = target.resolve(requested_target)
    session = Session(aws)
    accounts = select_accounts(declared, account, session)
    names = [environment.name for environment in declared if environment.account in accounts]
    assembly = synthesis.synthesise(folder, names if len(names) < len(declared) else None)
    observations = [observe(name, declared, assembly=assembly, target=aws, session=session) for name in accounts]
    if save is not None:
        handoff.write(save, observations[0])
    print(table.render(HEADINGS, [row for observation in observations for row in _rows(observation)]))
    return _conclude(observations)


def _rows(observation: Observation) -> Iterator[tuple[str, str, str]]:
    for finding in observation.findings:
        first, *others = finding.details or ("",)
        yield finding.environment, finding.what, first
        yield from (("", "", other) for other in others)


def _conclude(observations: list[Observation]) -> int:
    """Say on standard error what was not compared; return the exit code."""
    for observation in observations:
        for line in observation.passed_over:
            say(f"{observation.account}: {line}")
        for line in observation.unknown:
            say(f"error: {observation.account}: {line}")
    found = sum(len(observation.findings) for observation in observations)
    unknown = any(observation.unknown for observation in observations)
    if not found and not unknown:
        say("no drift: what runs is what is declared")
    return 1 if found or unknown else 0
