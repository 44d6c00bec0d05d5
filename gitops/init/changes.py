"""What `gitops init` does to the repository: files that it writes, and the sample, which it replaces and removes.

Only the sample is replaced or removed. What a team has written itself is kept.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from constructs_lib.config.environments import read
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.files import file_of
from gitops.errors import UserError
from gitops.github import codeowners
from gitops.init.team_files import SAMPLE_APPLICATION, SAMPLE_WORKFLOW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from constructs_lib.config.naming import EnvironmentName

SAMPLE_REPOSITORY = "example/environments"
"""Accounts that trust this repository are those of the sample: nobody has it."""

_SAMPLE_OWNER = "@example/"

Action = Literal["write", "replace", "remove", "keep"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What happens to a file, or to a whole folder that is removed. `path` is below the repository's top."""

    path: Path
    action: Action
    text: str = ""
    why: str = ""


def plan(top: Path, folder: Path, wanted: Mapping[str, str], owners: str, source: Path) -> list[Change]:
    """Return what is to be done: declarations `wanted` below `folder`, CODEOWNERS, and the sample, which goes.

    The sample application stays where it is the `source` itself.
    """
    sample = {file_of(folder, name) for name in _sample_declarations(folder)}
    declared = {folder / path: text for path, text in wanted.items()}
    changes = [written(top, file, text, is_sample=file in sample) for file, text in declared.items()]
    gone = [file for file in sorted(sample) if file not in declared]
    changes += [Change(path=file.relative_to(top), action="remove", why="of the sample") for file in gone]
    file = top / codeowners.FILE
    changes.append(written(top, file, owners, is_sample=file.is_file() and _SAMPLE_OWNER in file.read_text()))
    if not source.resolve().is_relative_to((top / SAMPLE_APPLICATION).resolve()):
        changes += _sample_application(top)
    return changes


def check(folder: Path, top: Path, changes: Sequence[Change], today: date) -> None:
    """Check the declarations as they would be, in a copy.

    Raises:
        DeclarationError: all that is wrong, with the paths that the files will have.
    """
    with tempfile.TemporaryDirectory(prefix="gitops-init-") as temporary:
        copy = Path(temporary) / folder.name
        shutil.copytree(folder, copy)
        apply(Path(temporary), [change for change in changes if (top / change.path).is_relative_to(folder)])
        declared = read(copy, today=today)
        try:
            declared.require(declared.names)
        except DeclarationError as error:
            raise UserError("these declarations would be wrong; nothing was written\n" + str(error)) from error


def apply(top: Path, changes: Sequence[Change]) -> None:
    """Do the changes below `top`.

    Raises:
        UserError: a file cannot be written or removed; it says how to go back.
    """
    for change in changes:
        path = top / change.path
        try:
            _apply(path, change)
        except OSError as error:
            raise UserError(
                f"{change.path} could not be changed: {error.strerror}. To go back: git restore . && git clean -df"
            ) from error


def _apply(path: Path, change: Change) -> None:
    match change.action:
        case "remove":
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
        case "write" | "replace":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(change.text, encoding="utf-8")
        case "keep":
            pass


def written(top: Path, file: Path, text: str, *, is_sample: bool = False) -> Change:
    """Return the change that makes `text` of a file, which may be in another repository: what is there is kept."""
    path = file.relative_to(top) if file.is_relative_to(top) else file
    if not file.exists():
        return Change(path=path, action="write", text=text)
    if is_sample:
        return Change(path=path, action="replace", text=text, why="of the sample")
    same = file.read_text(encoding="utf-8") == text
    return Change(path=path, action="keep", why="is there" if same else "is there, and differs")


def _sample_application(top: Path) -> Iterator[Change]:
    if (top / SAMPLE_APPLICATION).exists():
        yield Change(path=SAMPLE_APPLICATION, action="remove", why="the sample application")
    workflow = top / SAMPLE_WORKFLOW
    if workflow.is_file() and str(SAMPLE_APPLICATION) in workflow.read_text():
        yield Change(path=SAMPLE_WORKFLOW, action="remove", why="builds the sample application")


def _sample_declarations(folder: Path) -> Iterator[EnvironmentName]:
    """Yield the declarations in accounts of the sample, and those accounts."""
    declared = read(folder)
    accounts = {
        name
        for name, config in declared.accounts.items()
        if config.github and config.github.repository == SAMPLE_REPOSITORY
    }
    for name in declared.names:
        if (name.file if name.is_account else declared.account_of(name)) in accounts:
            yield name
