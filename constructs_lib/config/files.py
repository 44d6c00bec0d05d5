"""The files of an environments folder: exactly two levels, and nothing in it that is silently ignored."""

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from constructs_lib.config import loader
from constructs_lib.config.characters import printable
from constructs_lib.config.errors import DeclarationError, Problem
from constructs_lib.config.naming import ACCOUNTS_FOLDER, NAME_IN_WORDS, NAME_PATTERN, EnvironmentName
from constructs_lib.config.source import Source

SUFFIX = ".yaml"

_BESIDE_FOLDERS = frozenset({"README.md", "schema.json"})
_BESIDE_DECLARATIONS = frozenset({"README.md"})


@dataclass(slots=True)
class Found:
    """What a folder holds: the names of all declarations looked for, and the readable ones among them."""

    names: set[EnvironmentName] = field(default_factory=set)
    sources: dict[EnvironmentName, Source] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def find(folder: Path, only: Collection[EnvironmentName] | None = None) -> Found:
    """Read all declarations below `folder`, or just those that `only` names with their bases and accounts."""
    found = Found()
    shown = shown_as(folder)
    if not folder.is_dir():
        found.problems.append(Problem(shown, 1, 1, "", "is not a folder; it should hold the declarations"))
    elif only is None:
        _read_all(folder, shown, found)
    else:
        _read_some(folder, shown, only, found)
    return found


def shown_as(folder: Path) -> str:
    """Return how messages name the folder: as it was given if that is relative, else by its last part."""
    return folder.as_posix() if not folder.is_absolute() else folder.name


def file_of(folder: Path, name: EnvironmentName) -> Path:
    """Return the file of a declaration."""
    return folder / name.folder / f"{name.file}{SUFFIX}"


def missing(shown: str, name: EnvironmentName) -> Problem:
    """Return the problem with a declaration that was asked for and has no file in the folder that is shown so."""
    return Problem(f"{shown}/{name}{SUFFIX}", 1, 1, "", f"does not exist, so {name} is not declared")


def _read_all(folder: Path, shown: str, found: Found) -> None:
    root = folder.resolve()
    for entry in _entries(folder, shown, root, _BESIDE_FOLDERS, found):
        place = f"{shown}/{printable(entry.name)}"
        if not entry.is_dir():
            found.problems.append(Problem(place, 1, 1, "", _not_a_folder(entry.name)))
        elif entry.name.lower().endswith((SUFFIX, ".yml")):
            found.problems.append(Problem(place, 1, 1, "", "is a folder; a declaration is a file"))
        elif message := _wrong_name(entry.name):
            found.problems.append(Problem(place, 1, 1, "", message))
        else:
            _read_folder(Path(entry.path), place, root, found)


def _read_folder(folder: Path, shown: str, root: Path, found: Found) -> None:
    for entry in _entries(folder, shown, root, _BESIDE_DECLARATIONS, found):
        place = f"{shown}/{printable(entry.name)}"
        if message := _not_a_declaration(entry):
            found.problems.append(Problem(place, 1, 1, "", message))
        else:
            _read(EnvironmentName(folder.name, entry.name.removesuffix(SUFFIX)), Path(entry.path), place, found)


def _entries(
    folder: Path, shown: str, root: Path, ignored: Collection[str], found: Found
) -> Iterator["os.DirEntry[str]"]:
    """Yield what a folder holds and may hold; hidden files are ignored."""
    spellings: dict[str, str] = {}
    with os.scandir(folder) as entries:
        listed = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
    for entry in listed:
        place = f"{shown}/{printable(entry.name)}"
        other = spellings.setdefault(entry.name.lower(), entry.name)
        if other != entry.name:
            message = f"differs from {printable(other)} only in capitals; many disks cannot hold both: rename one"
            found.problems.append(Problem(place, 1, 1, "", message))
        if entry.is_symlink() and (wrong := _wrong_link(Path(entry.path), root)):
            found.problems.append(Problem(place, 1, 1, "", wrong))
        elif entry.name not in ignored:
            yield entry


def _read_some(folder: Path, shown: str, only: Collection[EnvironmentName], found: Found) -> None:
    root = folder.resolve()

    def read(name: EnvironmentName) -> bool:
        place = f"{shown}/{name}{SUFFIX}"
        file = file_of(folder, name)
        if name in found.names or not os.path.lexists(file):
            return name in found.names
        if message := _wrong_link(file, root):
            found.problems.append(Problem(place, 1, 1, "", message))
        else:
            _read(name, file, place, found)
        return True

    for name in sorted(only):
        if not read(name):
            found.problems.append(missing(shown, name))
        if name.folder != ACCOUNTS_FOLDER:
            read(name.base)
    for account in _accounts(found.sources):
        read(EnvironmentName(ACCOUNTS_FOLDER, account))


def _accounts(sources: Mapping[EnvironmentName, Source]) -> set[str]:
    """Return the accounts that bases name; a name that cannot be one is reported when the base is checked."""
    named = (source.data.get("account") for name, source in sources.items() if name.is_base)
    return {account for account in named if isinstance(account, str) and NAME_PATTERN.fullmatch(account)}


def _read(name: EnvironmentName, file: Path, shown: str, found: Found) -> None:
    found.names.add(name)
    try:
        found.sources[name] = loader.load(file, shown)
    except DeclarationError as error:
        found.problems.extend(error.problems)


def _not_a_folder(name: str) -> str:
    if name.lower().endswith((SUFFIX, ".yml")):
        return f"is not in a folder: move it to the folder of its base, or to {ACCOUNTS_FOLDER}/"
    return "is not a folder of declarations; only README.md and schema.json may stand beside them"


def _not_a_declaration(entry: "os.DirEntry[str]") -> str | None:
    stem, suffix = os.path.splitext(entry.name)  # noqa: PTH122 # a Path for each of a thousand names takes longer
    if entry.is_dir():
        return "is a folder; a declaration is a file" if suffix == SUFFIX else "is a folder inside a folder; remove it"
    if suffix.lower() in (SUFFIX, ".yml") and suffix != SUFFIX:
        return f"would be ignored: rename it to {printable(stem)}{SUFFIX}"
    if suffix != SUFFIX:
        return f"is not a declaration: the name of a declaration ends in {SUFFIX}; remove it"
    return _wrong_name(stem)


def _wrong_name(name: str) -> str | None:
    return None if NAME_PATTERN.fullmatch(name) else f"has a name that cannot be used: use {NAME_IN_WORDS}"


def _wrong_link(path: Path, root: Path) -> str | None:
    """Return the problem with a path that may be, or go through, a symbolic link."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "is a symbolic link that leads nowhere; remove it"
    return None if target.is_relative_to(root) else "is a symbolic link out of the folder of declarations; remove it"
