"""What a Dockerfile, a Procfile and lists of packages say about an application's processes."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path, PurePosixPath

_SHELL = re.compile(r"[$`|&;<>*?~(){}]")
_PROCESS = re.compile(r"^([A-Za-z0-9_-]+):\s*(.+)$", re.MULTILINE)
_INSTRUCTION = re.compile(r"^\s*([A-Za-z]+)\s+(.+)$")
_CHECKED_PATH = re.compile(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d+)?(/[\w./~-]*)")
_PACKAGE = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


@dataclass(frozen=True, slots=True)
class Written:
    """A value, and where it is written: `Procfile:2`."""

    value: str
    place: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Dockerfile:
    """The last stage of a Dockerfile."""

    command: Written | None = None
    port: Written | None = None
    settings_module: Written | None = None
    health_check_path: Written | None = None
    collects_static: bool = False


def words(command: str) -> list[str]:
    """Return a command line as the list of its words; one that needs a shell becomes the argument of `sh -c`."""
    try:
        if not _SHELL.search(command):
            return shlex.split(command)
    except ValueError:  # a quote without its other half: the shell would say so
        pass
    return ["sh", "-c", command if re.search(r"[|&;]", command) else f"exec {command}"]


def read_procfile(root: Path) -> Mapping[str, Written]:
    """Return the processes of a Procfile by their names; none without one."""
    text = _text(root / "Procfile")
    return {
        found[1]: Written(found[2].strip(), f"Procfile:{text.count(chr(10), 0, found.start()) + 1}")
        for found in _PROCESS.finditer(text)
    }


def read_dockerfile(root: Path, path: PurePosixPath | None) -> Dockerfile:
    """Return what the last stage of the Dockerfile at a path below `root` says; nothing without one."""
    if path is None:
        return Dockerfile()
    found: dict[str, Written] = {}
    for line, name, rest in _instructions(_text(root / path)):
        place = f"{path}:{line}"
        if name == "FROM":
            # A stage may build on one before; what it says itself comes after.
            found.pop("command", None)
        elif name == "CMD":
            found["command"] = Written(_as_line(rest), place)
        elif name == "EXPOSE" and (port := re.match(r"\d+", rest)):
            found["port"] = Written(port[0], place)
        elif name == "ENV" and (module := re.search(r"DJANGO_SETTINGS_MODULE[= ]\"?([\w.]+)", rest)):
            found["settings_module"] = Written(module[1], place)
        elif name == "HEALTHCHECK" and (check := _CHECKED_PATH.search(rest)):
            found["health_check_path"] = Written(check[1], place)
    return Dockerfile(**found, collects_static="collectstatic" in _text(root / path))


def read_packages(root: Path) -> Mapping[str, str]:
    """Return the packages that requirements files and pyproject.toml list, lowercase, with the file that does."""
    files = [*root.glob("requirements*.txt"), *root.glob("requirements*.in"), *root.glob("requirements/*.txt")]
    found: dict[str, str] = {}
    for file in sorted(files):
        for line in _text(file).splitlines():
            if name := _PACKAGE.match(line):
                found.setdefault(_normal(name[1]), file.relative_to(root).as_posix())
    try:
        project = tomllib.loads(_text(root / "pyproject.toml"))
    except tomllib.TOMLDecodeError:
        return found
    listed = [*_listed(project, "project", "dependencies"), *_listed(project, "tool", "poetry", "dependencies")]
    for requirement in listed:
        if name := _PACKAGE.match(requirement):
            found.setdefault(_normal(name[1]), "pyproject.toml")
    return found


def _listed(table: object, *path: str) -> list[str]:
    for name in path:
        table = table.get(name, {}) if isinstance(table, dict) else {}
    return [item for item in table if isinstance(item, str)] if isinstance(table, (dict, list)) else []


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _instructions(text: str) -> list[tuple[int, str, str]]:
    """Return the instructions of a Dockerfile with their lines, each on one line."""
    found, lines = [], text.splitlines()
    position = 0
    while position < len(lines):
        first, line = position, lines[position]
        while line.rstrip().endswith("\\") and position + 1 < len(lines):
            position += 1
            line = line.rstrip().removesuffix("\\") + " " + lines[position].strip()
        position += 1
        if (instruction := _INSTRUCTION.match(line)) and not line.lstrip().startswith("#"):
            found.append((first + 1, instruction[1].upper(), instruction[2].strip()))
    return found


def _as_line(rest: str) -> str:
    """Return a CMD as one command line, in whichever of its two forms it is written."""
    try:
        listed = json.loads(rest)
    except json.JSONDecodeError:
        return rest
    return shlex.join(map(str, listed)) if isinstance(listed, list) else rest


def _text(file: Path) -> str:
    """Return the text of a file; nothing when it cannot be read."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
