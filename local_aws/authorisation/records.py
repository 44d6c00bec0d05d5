"""Which calls were authorised and which were denied: a line of JSON for each decision, in the state folder.

The calls of administrators are not decided on and not recorded. A line has the role that was asked for, the action,
the resource, the effect and the statements that were decisive, so that it can be told which calls need a statement.
A call that was refused without a decision, such as one of an unknown caller, has the effect `Refused`.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator
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
        self._write(
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

    def add_refusal(self, principal: str, action: str, resource: str, why: str) -> None:
        """Record a call that was refused without a decision. `action` is whatever is known of what it asked for."""
        self._write(
            {"principal": principal, "action": action, "resource": resource, "effect": "Refused", "reason": why}
        )

    def _write(self, record: dict[str, object]) -> None:
        line = json.dumps(record)
        with self._lock:
            self._file.write(f"{line}\n")


@dataclass(frozen=True, slots=True)
class Summary:
    """How many permissions of a principal were authorised and how many denied."""

    principal: str
    authorised: int
    denied: int


@dataclass(frozen=True, slots=True)
class Denied:
    """A permission that a principal was denied, once or several times. `reason` is empty where policies decided."""

    principal: str
    action: str
    resource: str
    reason: str = ""

    def __str__(self) -> str:
        words = f"{self.principal} was denied {self.action} on {self.resource}"
        return f"{words}: {self.reason}" if self.reason else words


def summary(state_dir: Path) -> list[Summary]:
    """Return the counts of every principal that was decided on, most calls first."""
    allowed: Counter[str] = Counter()
    denied: Counter[str] = Counter()
    for decision in _decisions(state_dir):
        (allowed if decision["effect"] == "Allowed" else denied)[decision["principal"]] += 1
    principals = sorted({*allowed, *denied}, key=lambda one: (-allowed[one] - denied[one], one))
    return [Summary(principal, allowed[principal], denied[principal]) for principal in principals]


def denials(state_dir: Path, *, after: int = 0) -> list[Denied]:
    """Return what was denied, in order and each once, leaving out the first `after` decisions."""
    found = (
        Denied(one["principal"], one["action"], one["resource"], one.get("reason", ""))
        for number, one in enumerate(_decisions(state_dir))
        if number >= after and one["effect"] != "Allowed"
    )
    return list(dict.fromkeys(found))


def count(state_dir: Path) -> int:
    """Return how many decisions are recorded."""
    return sum(1 for _ in _decisions(state_dir))


def _decisions(state_dir: Path) -> Iterator[dict[str, Any]]:
    """Yield the recorded decisions. A line that is being written is left out."""
    try:
        text = (state_dir / FILE).read_text()
    except FileNotFoundError:
        return
    for line in text.rpartition("\n")[0].splitlines():
        yield json.loads(line)
