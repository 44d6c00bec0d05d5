"""How everything that an embedded AWS has started ends: its databases as they like to, the rest at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws import process_group

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

DATABASES = "databases"
"""The folder, in the state folder, of the embedded AWS's PostgreSQL servers."""


def end(group: int, state_dir: Path, *, spare: Collection[int] = ()) -> None:
    """End every process of the server with the id ``group``, that server included, but those to ``spare``."""
    # A PostgreSQL server that is killed leaves a segment of shared memory behind, which no file shows.
    process_group.interrupt(_postgres_servers(state_dir), group)
    process_group.kill(group, spare=spare)


def _postgres_servers(state_dir: Path) -> list[int]:
    pids = []
    for file in (state_dir / DATABASES).glob("*/postmaster.pid"):
        first = file.read_text().partition("\n")[0]
        if first.isdigit():
            pids.append(int(first))
    return pids
