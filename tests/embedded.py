"""Embedded AWSs of tests: what they deny has to be what a test says that they deny."""

from __future__ import annotations

import json
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

from local_aws import lifecycle
from local_aws.authorisation import records
from local_aws.loopback import ANY_PORT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from local_aws.authorisation.records import Denied

MARKER = "denied"
"""`@pytest.mark.denied("ecs:CreateCluster")` on a test in which exactly these actions are denied."""

_ACCOUNTS = count(300000000000)


def new_account() -> str:
    """Return the id of an account that no other test of this process uses, whichever embedded AWS it has."""
    return str(next(_ACCOUNTS))


class Watch:
    """Reads what embedded AWSs have denied. A program may ignore that it is denied something; a test does not."""

    def __init__(self) -> None:
        self._seen: dict[Path, int] = {}

    def add(self, state_dir: Path) -> None:
        """Watch the embedded AWS of a state folder from now on."""
        self._seen[state_dir] = 0

    def remove(self, state_dir: Path) -> None:
        """Stop watching. Fails when something was denied that nobody has looked at."""
        assert self._new_of(state_dir) == [], "denied after the last test"
        del self._seen[state_dir]

    def new(self) -> list[Denied]:
        """Return what was denied since the last call."""
        return [denial for state_dir in self._seen for denial in self._new_of(state_dir)]

    def _new_of(self, state_dir: Path) -> list[Denied]:
        start, self._seen[state_dir] = self._seen[state_dir], records.count(state_dir)
        return records.denials(state_dir, after=start)


WATCH = Watch()
"""The one of this test process."""


def map_images(state_dir: Path, images: Mapping[str, Path]) -> Path:
    """Let folders stand for images, besides those of before; return the file, which outlives the embedded AWS."""
    file = state_dir.parent / "images.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    before = json.loads(file.read_text()) if file.exists() else {}
    partial.write_text(json.dumps({**before, **{name: str(folder) for name, folder in images.items()}}))
    partial.replace(file)  # a task may start at this moment
    return file


@contextmanager
def embedded_aws(
    state_dir: Path, *, account: str = "111111111111", images: Mapping[str, Path] | None = None
) -> Iterator[lifecycle.EmbeddedAws]:
    """Run an embedded AWS on a state folder. What it denies fails the test in which it does."""
    file = map_images(state_dir, images) if images else None
    aws, _ = lifecycle.up(state_dir, port=ANY_PORT, account=account, images=file)
    WATCH.add(state_dir)
    try:
        yield aws
    finally:
        try:
            WATCH.remove(state_dir)
        finally:
            lifecycle.down(state_dir)
