"""Services of Docker Compose files that are built from a folder with an application's source.

The fields are those of https://docs.docker.com/reference/compose-file/services/. A file that is not YAML, or has tags
of its own, counts as missing: it is read for proposals, which people see before they are used.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_BYTES = 1 << 20
"""Largest file that is read."""

_NAMES = tuple(
    f"{name}{kind}.{suffix}"
    for kind in ("", ".production", ".prod")
    for name in ("compose", "docker-compose")
    for suffix in ("yaml", "yml")
)
"""Files of production come last: they change those before them."""

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True, kw_only=True, slots=True)
class ComposeService:
    """A service that is built from the folder, or from the one above it."""

    name: str
    place: str
    """Where it is written: `compose.yaml:12`."""
    command: str | None = None
    """Its command line, if it has one, as the file says it."""
    variables: tuple[str, ...] = ()
    """Names in its command that Compose replaces, and for which the command has no default."""
    entry_point: bool = False
    """Whether it replaces the image's entry point."""
    runs_once: bool = False
    """Whether others wait for its end, or it is not started again."""
    dockerfile: PurePosixPath | None = None
    """Below the folder."""
    is_production: bool = False
    """Whether a file of production describes it: `compose.prod.yaml`."""
    hosts: tuple[str, ...] = ()
    """Names of the services beside it, which are hosts for its command."""


def read_services(folder: Path) -> Sequence[ComposeService]:
    """Return the services that are built from a folder. Files may be there, in `docker` below it, or above it."""
    folder = folder.resolve()
    for directory in (folder, folder / "docker", folder.parent):
        if services := list(_built_from(folder, directory)):
            return services
    return ()


def _built_from(folder: Path, directory: Path) -> Iterator[ComposeService]:
    """Yield what the files of one directory build from the folder. What runs an image built by another is the same."""
    merged: dict[str, dict[str, object]] = {}
    written: dict[str, tuple[str, bool]] = {}
    for file in (directory / name for name in _NAMES):
        for name, line, service in _services(file):
            merged[name] = merged.get(name, {}) | service
            shown = f"../{file.name}" if directory == folder.parent else file.relative_to(folder).as_posix()
            written[name] = (f"{shown}:{line}", file.stem not in {"compose", "docker-compose"})
    contexts = {name: _context(directory, service) for name, service in merged.items()}
    built = {name for name, context in contexts.items() if context == folder or context == directory == folder.parent}
    images = {merged[name].get("image") for name in built} - {None}
    awaited = set(_awaited(merged))
    for name, service in merged.items():
        if name not in built and ("build" in service or service.get("image") not in images):
            continue
        place, is_production = written[name]
        command = _command(service.get("command"))
        yield ComposeService(
            name=name,
            place=place,
            command=command and command.replace("$$", "$"),
            variables=_variables(command or ""),
            entry_point=bool(service.get("entrypoint")),
            runs_once=name in awaited or service.get("restart") in {"no", False},
            dockerfile=_dockerfile(folder, service) if contexts[name] == folder else None,
            is_production=is_production,
            hosts=tuple(other for other in merged if other != name),
        )


def _services(file: Path) -> Iterator[tuple[str, int, dict[str, object]]]:
    """Yield name, line and fields of the services of one file."""
    try:
        if file.stat().st_size > MAX_BYTES:
            return
        text = file.read_text(encoding="utf-8")
        tree, values = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, ValueError, RecursionError, yaml.YAMLError):
        return
    services = values.get("services") if isinstance(values, dict) else None
    if not isinstance(services, dict) or not isinstance(tree, yaml.MappingNode):
        return
    lines = {
        key.value: key.start_mark.line + 1
        for top, node in tree.value
        if top.value == "services" and isinstance(node, yaml.MappingNode)
        for key, _ in node.value
    }
    for name, service in services.items():
        if isinstance(service, dict):
            yield str(name), lines.get(str(name), 1), service


def _context(directory: Path, service: Mapping[str, object]) -> Path | None:
    build = service.get("build")
    context = build.get("context", ".") if isinstance(build, Mapping) else build
    if not isinstance(context, str) or "://" in context:
        return None
    try:
        return (directory / context).resolve()
    except (OSError, ValueError, RuntimeError):  # a loop of links, or a NUL
        return None


def _dockerfile(folder: Path, service: Mapping[str, object]) -> PurePosixPath | None:
    build = service.get("build")
    named = build.get("dockerfile", "Dockerfile") if isinstance(build, Mapping) else "Dockerfile"
    path = PurePosixPath(str(named))
    if path.is_absolute() or ".." in path.parts or not (folder / path).is_file():
        return None
    return path


def _awaited(services: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Yield services whose end others wait for."""
    for service in services.values():
        needed = service.get("depends_on")
        for name, how in needed.items() if isinstance(needed, Mapping) else ():
            if isinstance(how, Mapping) and how.get("condition") == "service_completed_successfully":
                yield str(name)


def _command(command: object) -> str | None:
    """Return a command as one line, still with the variables and the double dollar signs of Compose."""
    if isinstance(command, list):
        command = shlex.join(map(str, command))
    return (" ".join(command.split()) or None) if isinstance(command, str) else None


def _variables(command: str) -> tuple[str, ...]:
    """Return the variables that Compose replaces; `$$` is a dollar sign that it leaves to the container."""
    return tuple(braced or plain for braced, plain in _VARIABLE.findall(command.replace("$$", "")))
