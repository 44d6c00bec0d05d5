"""What became of environments, a file each, for the report at the end of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from constructs_lib.config.environments import parse_name
from gitops.errors import UserError
from gitops.report import strict_json

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

FAILURES: frozenset[RecordOutcome] = frozenset({"failed", "skipped", "locked"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What became of one environment.

    `url` is its address, or that of the pull request that proposes its removal; `reason` is in the words of others.
    """

    environment: str
    outcome: RecordOutcome
    seconds: float = 0.0
    url: str = ""
    reason: str = ""

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
        strict_json.write(folder / f"{parse_name(record.environment).stack}.json", record)


def read(folder: Path) -> list[Record]:
    """Return the records in a folder and those below it, by environment.

    Raises:
        UserError: there is no such folder, or a file in it is not a whole record.
    """
    if not folder.is_dir():
        raise UserError(f"there is no folder {folder} with results")
    records = []
    for path in sorted(folder.rglob("*.json")):
        record = strict_json.read(path, Record)
        try:
            parse_name(record.environment)
        except ValueError as error:
            raise UserError(f"{path}: {error}") from error
        records.append(record)
    return sorted(records, key=lambda record: record.environment)
