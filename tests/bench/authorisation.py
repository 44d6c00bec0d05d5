"""What it costs the embedded AWS to authorise a call: a question of its own, and one that was asked before."""

import time
from pathlib import Path

from rich.table import Table

from local_aws.authorisation.engine import Engine, Policies, Question
from tests.local_aws.authorisation import golden

QUESTIONS = 300


def authorisation(table: Table, _work: Path) -> None:
    """Decisions on an administrator's policy within the permissions boundary of the reviewed template."""
    _, limit = golden.boundary()
    policies = Policies((golden.ADMINISTRATOR,), limit)
    with Engine() as engine:
        start = _milliseconds(engine, [_question(policies, 0)])
        different = _milliseconds(engine, [_question(policies, number) for number in range(1, QUESTIONS + 1)])
        same = _milliseconds(engine, [_question(policies, 0)] * QUESTIONS)
    table.add_row(
        "authorise a call",
        f"{different:.1f} ms",
        f"one decided before: {1000 * same:.0f} µs; the first, with the start of Node: {start:.0f} ms",
        f"{different / same:.0f}",
        "under 5 ms",
    )


def _question(policies: Policies, number: int) -> Question:
    return Question(
        principal=f"arn:aws:sts::{golden.ACCOUNT}:assumed-role/it/session",
        action="s3:GetObject",
        resource=f"arn:aws:s3:::bucket/{number}",
        account=golden.ACCOUNT,
        policies=policies,
    )


def _milliseconds(engine: Engine, questions: list[Question]) -> float:
    """Return how long one question takes, on average."""
    start = time.perf_counter()
    for question in questions:
        engine.decide(question)
    return 1000 * (time.perf_counter() - start) / len(questions)
