"""What became of environments, a file each, for the report at the end of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from constructs_lib.config.environments import parse_name
from gitops import handoff
from gitops.errors import UserError
from gitops.handoff import Document, EnvironmentId, Text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gitops.deploy.decisions import Result
    from gitops.destroy.removal import Removal

RecordOutcome = Literal[
    "created",
    "updated",
    "unchanged",
    "superseded",
    "locked",
    "skipped",
    "failed",
    "destroyed",
    "not deployed",
    "proposed",
]
"""What a deployment comes to, and after that a destruction: gone, gone already, or waiting for a pull request."""

REASON_LENGTH = 100_000
"""Most characters of a reason that are kept."""

FAILURES: frozenset[RecordOutcome] = frozenset({"failed", "skipped", "locked"})


class Record(Document, frozen=True, kw_only=True):
    """What became of one environment.

    `url` is its address, or that of the pull request that proposes its removal; `reason` is in the words of others.
    """

    environment: EnvironmentId
    outcome: RecordOutcome
    seconds: Annotated[float, Meta(ge=0, le=1_000_000)] = 0.0
    url: Text = ""
    reason: Annotated[str, Meta(max_length=REASON_LENGTH)] = ""

    @property
    def failed(self) -> bool:
        """Whether somebody has to see to it."""
        return self.outcome in FAILURES


def of_deployment(result: Result) -> Record:
    """Return the record of a deployment."""
    return Record(
        environment=str(result.environment.name),
        outcome=result.outcome,
        seconds=round(result.seconds, 1),
        url=result.url,
        reason=result.reason,
    )


def of_removal(removal: Removal) -> Record:
    """Return the record of a destruction."""
    pull_request = removal.proposed.pull_request.url if removal.proposed else ""
    return Record(environment=str(removal.name), outcome=removal.outcome, url=pull_request)


def write(folder: Path, records: Iterable[Record]) -> None:
    """Write records to a folder, in files named after the environments. Raises UserError when that cannot be done."""
    for record in records:
        file = folder / f"{parse_name(record.environment).stack}.json"
        handoff.write(file, replace(record, reason=record.reason[:REASON_LENGTH]))


def read(folder: Path) -> list[Record]:
    """Return the records in a folder and those below it, by environment.

    Raises:
        UserError: there is no such folder, or a file in it is not a whole record.
    """
    if not folder.is_dir():
        raise UserError(f"there is no folder {folder} with results")
    records = [handoff.read(path, Record) for path in sorted(folder.rglob("*.json"))]
    return sorted(records, key=lambda record: record.environment)
