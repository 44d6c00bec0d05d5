"""What a clone needs before its first command: the packages of a job, installed without any cache."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from rich.table import Table

from tests.bench.timing import ROOT

GOALS = {"comment": "3 s", "plan": "8 s", "deploy": "8 s"}
"""Sets of packages, as `make tools` names them, with the time that they may take."""

MEBIBYTE = 1 << 20


def setup(table: Table, work: Path) -> None:
    """The packages of a workflow's job in a fresh clone, without caches."""
    for name, goal in GOALS.items():
        clone = work / f"setup-{name}"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        caches = {"UV_CACHE_DIR": str(clone / "cache"), "PIP_NO_CACHE_DIR": "1", "npm_config_cache": str(clone / "npm")}
        outside = {key: value for key, value in os.environ.items() if key not in {"VIRTUAL_ENV", "MAKEFLAGS"}}
        started = time.perf_counter()
        subprocess.run(
            ["make", "tools", f"FOR={name}"], cwd=clone, env={**outside, **caches}, check=True, capture_output=True
        )
        seconds = time.perf_counter() - started
        size = sum(_size(clone / folder) for folder in (".venv", "node_modules")) / MEBIBYTE
        table.add_row(f"setup of a job, cold: {name}", f"{seconds:.1f} s", f"{size:.0f} MiB on disk", "", goal)
        shutil.rmtree(clone)


def _size(folder: Path) -> int:
    """Return the bytes of the files below a folder; nothing when it does not exist."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
