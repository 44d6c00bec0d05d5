"""The process of the embedded AWS."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from local_aws.lifecycle import EmbeddedAws

LISTEN = "0A"  # proc_net_tcp(5)
LOOPBACK = {"0100007F", "00000000000000000000000001000000"}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc on this system")
def test_listens_on_loopback_only(embedded_aws: EmbeddedAws) -> None:
    process = Path(f"/proc/{embedded_aws.pid}")
    inodes = set()
    for link in (process / "fd").iterdir():
        with suppress(FileNotFoundError):  # closed since it was listed
            inodes.add(str(link.readlink()))
    rows = [
        line.split() for table in ("tcp", "tcp6") for line in (process / "net" / table).read_text().splitlines()[1:]
    ]
    listening = [row[1].split(":") for row in rows if row[3] == LISTEN and f"socket:[{row[9]}]" in inodes]

    assert {address for address, _ in listening} <= LOOPBACK
    assert {int(port, 16) for _, port in listening} == {embedded_aws.port}
