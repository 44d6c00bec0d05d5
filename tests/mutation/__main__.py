"""`make mutation`: which statements of policies, and which permissions of jobs, no test misses.

Exit code 1 if one has no reason.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from local_aws.authorisation.engine import Engine
from local_aws.authorisation.questions import read
from tests.fake_github import uses
from tests.mutation import questions, survivors, token_permissions
from tests.mutation.judge import Judge
from tests.mutation.policy_tests import PolicyTests
from tests.mutation.statements import NOT, Statement, all_statements
from tests.workflows.harness.permissions import declared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CALL, TEST, SURVIVED = "recorded call", "policy test", "survived"
WIDTH = 140  # columns: roles have long names


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutation. `by` is what noticed it, `unasked` are the actions that no question needs."""

    statement: Statement
    how: str
    by: str
    unasked: tuple[str, ...]


def main(argv: Sequence[str]) -> int:
    """Judge every statement and every permission of a job, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the embedded AWSs of a test run have kept questions")
    parser.add_argument("uses", type=Path, help="where the fake GitHubs of a test run have kept uses of permissions")
    options = parser.parse_args(argv)
    failed = _judge_permissions(options.uses)
    statements = all_statements()
    with Engine() as engine:
        calls = Judge(engine, read(options.folder), questions.logical_id_of_role)
        tests = Judge(engine, questions.of_tests(engine), questions.logical_id_of_role)
        outcomes = list(_judged(statements, calls, tests))
    outcomes = _with_policy_tests(outcomes)
    _print(outcomes)
    survived = [str(one.statement) for one in outcomes if one.how == SURVIVED]
    return 1 if _explained(survived, survivors.REASONS) > 0 or failed else 0


def _explained(survived: Sequence[str], reasons: Mapping[str, str]) -> int:
    """Print the survivors without a reason and the reasons without a survivor; return how many there are."""
    unexplained, stale = survivors.reviewed(survived, reasons)
    for name in unexplained:
        print(f"No test fails without it, and no reason is given: {name}")
    for name in stale:
        print(f"tests/mutation/survivors.py has a reason for what does not survive: {name}")
    return len(unexplained) + len(stale)


def _judge_permissions(folder: Path) -> bool:
    """Print which permission of a job nothing needs; return whether one has no reason."""
    recorded, permissions = uses.read(folder), declared()
    outcomes = list(token_permissions.judged(permissions, recorded))
    added = list(token_permissions.unnoticed_additions(permissions, recorded))
    for one in outcomes:
        print(f"{one.mutant}: {one.how} {one.by}")
    for mutant in added:
        print(f"{mutant}: {SURVIVED}")
    kinds = (token_permissions.RECORDED, token_permissions.STEP, token_permissions.SURVIVED)
    table = Table("permissions of jobs", "mutants", *kinds)
    counts = token_permissions.counted(outcomes)
    table.add_row("taken out or made less", *map(str, (len(outcomes), *(counts[kind] for kind in kinds))))
    tried = token_permissions.additions(permissions)
    table.add_row("added", str(tried), str(tried - len(added)), "", str(len(added)))
    Console(width=WIDTH).print(table)
    survived = [str(one.mutant) for one in outcomes if one.how == token_permissions.SURVIVED]
    return _explained([*survived, *map(str, added)], survivors.PERMISSIONS) > 0


def _judged(statements: Iterable[Statement], calls: Judge, tests: Judge) -> Iterable[Outcome]:
    for statement in statements:
        how, by = SURVIVED, ""
        for name, judge in ((TEST, tests), (CALL, calls)):
            if question := judge.killer(statement):
                how, by = name, f"{question.action} on {question.resource}"
        asked = calls.asked_actions(statement) | tests.asked_actions(statement)
        yield Outcome(statement, how, by, tuple(action for action in _single(statement) if action not in asked))


def _single(statement: Statement) -> Sequence[str]:
    """Return the actions that can be taken out of a statement one by one."""
    return () if statement.kind == "resource" or NOT in statement.actions else statement.actions


def _with_policy_tests(outcomes: Iterable[Outcome]) -> list[Outcome]:
    tests: PolicyTests | None = None
    found = []
    for one in outcomes:
        killer = None
        if one.how == SURVIVED:
            tests = tests or PolicyTests()
            killer = tests.killer(one.statement)
            print(f"{one.statement}: {killer or SURVIVED}", file=sys.stderr)
        found.append(Outcome(one.statement, TEST, killer, one.unasked) if killer else one)
    return found


def _print(outcomes: Sequence[Outcome]) -> None:
    for one in outcomes:
        print(f"{one.statement}: {one.how} {one.by}")
        if one.unasked:
            print(f"    never asked for: {' '.join(one.unasked)}")
    table = Table()
    for column in ("role", "statements", CALL, TEST, SURVIVED, "actions", "never asked for"):
        table.add_column(column)
    for role in sorted({one.statement.role for one in outcomes}):
        _add_row(table, role, [one for one in outcomes if one.statement.role == role])
    _add_row(table, "all", outcomes)
    Console(width=WIDTH).print(table)


def _add_row(table: Table, name: str, outcomes: Sequence[Outcome]) -> None:
    how = Counter(one.how for one in outcomes)
    actions = sum(len(_single(one.statement)) for one in outcomes)
    unasked = sum(len(one.unasked) for one in outcomes)
    numbers = [len(outcomes), how[CALL], how[TEST], how[SURVIVED], actions, unasked]
    table.add_row(name, *map(str, numbers))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
