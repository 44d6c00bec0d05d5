"""Which permission each call of each job used.

Where the variable `FOLDER` names a folder, every fake adds a file there with what it has seen. Scenarios are spread
over processes; `make mutation` reads all files.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fake_github.permissions import Need

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = "GITOPS_GITHUB_USES"


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """A call of a job, `workflow/job`, with what it needed. `allowed` is whether the token had it."""

    job: str
    operation: str
    need: Need
    allowed: bool


def write(folder: Path, uses: Iterable[Use]) -> None:
    """Add a file with uses, each once."""
    folder.mkdir(parents=True, exist_ok=True)
    records = [
        {"job": use.job, "operation": use.operation, "need": [dict(one) for one in use.need.any_of]}
        | {"allowed": use.allowed}
        for use in dict.fromkeys(uses)
    ]
    folder.joinpath(f"{uuid.uuid4()}.json").write_text(json.dumps(records))


def read(folder: Path) -> list[Use]:
    """Return the uses in all files of a folder, each once.

    Raises:
        FileNotFoundError: no fake has written any there.
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        msg = f"no fake GitHub has kept uses of permissions in {folder}"
        raise FileNotFoundError(msg)
    found = (
        Use(
            job=record["job"],
            operation=record["operation"],
            need=Need(tuple(frozenset(one.items()) for one in record["need"])),
            allowed=record["allowed"],
        )
        for file in files
        for record in json.loads(file.read_text())
    )
    return list(dict.fromkeys(found))
