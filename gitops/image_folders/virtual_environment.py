"""The virtual environment of a folder that stands for an image: its own, or one that is made by uv."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gitops.errors import UserError
from gitops.output.progress import reporting
from gitops.program import Program, stopped_at_exit

if TYPE_CHECKING:
    from collections.abc import Sequence

UV = Path(sys.prefix) / "uv" / "bin" / "uv"
"""The repository's own: the Makefile installs it."""

MARKER = ".made-by-gitops"
"""The file in an environment that we made, so that we may change it. Others are left as they are."""
FINISHED = "finished\n"

PYTHON = Path("bin", "python")


@dataclass(frozen=True, slots=True)
class _Source:
    """Where packages are listed, and what makes uv install them."""

    file: str
    install: tuple[str, ...]


_SOURCES = (
    _Source("uv.lock", ("sync", "--frozen", "--no-default-groups", "--no-install-project")),
    *(
        _Source(file, ("pip", "install", "--requirement", file))
        for file in ("requirements.txt", "requirements.lock", "requirements/production.txt", "pyproject.toml")
    ),
)
"""The first that a folder has is used."""


def is_missing(folder: Path) -> bool:
    """Tell whether a folder has no virtual environment, or one of ours that was not finished."""
    venv = folder / ".venv"
    return not (venv / PYTHON).exists() or (_is_ours(venv) and (venv / MARKER).read_text() != FINISHED)


def ensure(name: str, folder: Path) -> str:
    """Make or update the virtual environment of a folder; return where its packages come from, in words.

    One that somebody else made is used as it is.

    Raises:
        UserError: no file lists packages, or they cannot be installed. What was made is removed then.
    """
    venv = folder / ".venv"
    if (venv / PYTHON).exists() and not _is_ours(venv):
        return f"the packages of {venv}"
    source = next((source for source in _SOURCES if (folder / source.file).is_file()), None)
    if source is None:
        files = ", ".join(source.file for source in _SOURCES)
        raise UserError(f"{folder} has neither a virtual environment .venv nor a list of packages ({files}); make one")
    if not UV.exists():
        raise UserError(f"{UV} is missing, which installs the packages of {folder}; run: make tools")
    with reporting() as reporter:
        reporter.update(name, f"installing the packages of {source.file} in {venv}")
        if is_missing(folder):
            _discard(venv)
            _run(folder, source, ("venv", str(venv)))
        (venv / MARKER).write_text("unfinished\n")
        _run(folder, source, (*source.install, *_python(source, venv)))
        (venv / MARKER).write_text(FINISHED)
        reporter.finish(name, f"installed the packages of {source.file}")
    return f"the packages of {source.file}"


def _python(source: _Source, venv: Path) -> Sequence[str]:
    """Return the option that names the environment; `uv sync` takes the one in the folder."""
    return () if source.install[0] == "sync" else ("--python", str(venv / PYTHON))


def _run(folder: Path, source: _Source, arguments: Sequence[str]) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    program = Program("packages", [str(UV), "--system-certs", *arguments], environ, folder)
    with stopped_at_exit([program]):
        program.wait()
    if program.succeeded:
        return
    _discard(folder / ".venv")
    raise UserError(
        f"the packages of {folder / source.file} cannot be installed:\n{program.last_words()}\n"
        f"Correct that, or make the virtual environment {folder / '.venv'} yourself; then run the command again."
    )


def _discard(venv: Path) -> None:
    """Delete an environment that we made; another one stays."""
    if _is_ours(venv):
        shutil.rmtree(venv)


def _is_ours(venv: Path) -> bool:
    return (venv / MARKER).exists()
