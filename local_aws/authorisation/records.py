"""Which calls were authorised and which were denied: a line of JSON for each decision, in the state folder.

The calls of administrators are not decided on and not recorded. A line has the role that was asked for, the action,
the resource, the effect and the statements that were decisive, so that it can be told which calls need a statement.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from pathlib import Path

    from local_aws.authorisation.callers import Caller
    from local_aws.authorisation.engine import Decision
    from local_aws.authorisation.mapping import Requirement

FILE = "authorisation.jsonl"


class Records:
    """The records of a running server."""

    def __init__(self, state_dir: Path) -> None:
        self._lock = threading.Lock()
        self._file: TextIO = (state_dir / FILE).open("a", buffering=1)

    def add(self, caller: Caller, requirement: Requirement, decision: Decision) -> None:
        """Record a decision."""
        line = json.dumps(
            {
                "principal": caller.owner,
                "session": caller.arn,
                "action": requirement.action.name,
                "resource": requirement.resource,
                "effect": decision.effect,
                "blockedBy": sorted(decision.blocked_by),
                "statements": [asdict(statement) for statement in decision.statements],
            }
        )
        with self._lock:
            self._file.write(f"{line}\n")


@dataclass(frozen=True, slots=True)
class Summary:
    """How many permissions of a principal were authorised and how many denied."""

    principal: str
    authorised: int
    denied: int


def are_kept(state_dir: Path) -> bool:
    """Return whether the server of a state folder records decisions, that is, enforces permissions."""
    return (state_dir / FILE).exists()


def summary(state_dir: Path) -> list[Summary]:
    """Return the counts of every principal that was decided on, most calls first."""
    allowed: Counter[str] = Counter()
    denied: Counter[str] = Counter()
    try:
        lines = (state_dir / FILE).read_text().splitlines()
    except FileNotFoundError:
        return []
    for line in lines:
        decision = json.loads(line)
        (allowed if decision["effect"] == "Allowed" else denied)[decision["principal"]] += 1
    principals = sorted({*allowed, *denied}, key=lambda one: (-allowed[one] - denied[one], one))
    return [Summary(principal, allowed[principal], denied[principal]) for principal in principals]
