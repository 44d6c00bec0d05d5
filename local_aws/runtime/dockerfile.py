"""What the last stage of a Dockerfile says about how to run its image, for a folder that stands for the image.

`RUN` is not executed. https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ROOT = PurePosixPath("/")
_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?")
_VARIABLE = re.compile(r"'[^']*'|\\.|\$\{(\w+)(?::?([-+])([^}]*))?\}|\$(\w+)", re.DOTALL)
_ABSOLUTE_PATH = re.compile(r"(?<![\w./-])/[\w./-]+")
_HELD, _END = "\ue000", "\ue001"
"""Enclose the number of a variable's value while words are split: a value may have spaces and quotes in it."""


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """How an image is run: `ENTRYPOINT`, `CMD`, `ENV`, `WORKDIR`, and where `COPY` puts files."""

    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    workdir: PurePosixPath = ROOT
    copies: tuple[tuple[PurePosixPath, PurePosixPath], ...] = ()
    """Paths in the image, and those in the folder that were copied there."""

    def place(self, path: PurePosixPath) -> PurePosixPath | None:
        """Return the path below the folder for one of the image; None where nothing of the folder is."""
        found = [(to, of) for to, of in self.copies if path.is_relative_to(to)]
        if not found:
            return None
        to, of = max(found, key=lambda copy: len(copy[0].parts))
        return of / path.relative_to(to)

    def in_folder(self, text: str, folder: Path) -> str:
        """Return a text with paths of `folder`, which has the image's files, in place of the image's."""

        def translated(found: re.Match[str]) -> str:
            place = self.place(PurePosixPath(found[0]))
            return str(folder / place) if place is not None and (folder / place).exists() else found[0]

        return _ABSOLUTE_PATH.sub(translated, text)


def read(folder: Path, dockerfile: str = "Dockerfile") -> ImageConfig:
    """Return what the last stage of a Dockerfile says, by its path below the folder; nothing without one."""
    try:
        text = (folder / dockerfile).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ImageConfig()
    stages: dict[str, _Stage] = {}
    stage, arguments = _Stage(folder), dict[str, str]()
    for name, rest in _instructions(text):
        if name == "FROM":
            image, alias = _from(_expanded(rest, arguments))
            stage = stages[image].child() if image in stages else _Stage(folder)
            stage.declared |= arguments
            if alias:
                stages[alias] = stage
        elif name == "ARG" and not stages and not stage.begun:
            key, _, value = rest.partition("=")
            arguments[key] = value.strip("\"'")
        else:
            stage.apply(name, rest)
    return stage.config


class _Stage:
    """A stage while its instructions are read."""

    def __init__(self, folder: Path, config: ImageConfig | None = None) -> None:
        self.config = config or ImageConfig()
        self.declared: dict[str, str] = {}
        """Arguments of the build with their defaults."""
        self.begun = False
        self._folder = folder
        self._shell: tuple[str, ...] = ("/bin/sh", "-c")
        self._has_command = False

    def child(self) -> _Stage:
        """Return a new stage on this one."""
        return _Stage(self._folder, self.config)

    def apply(self, name: str, rest: str) -> None:
        """Apply one instruction; those that say nothing about running the image change nothing."""
        self.begun = True
        match name:
            case "ARG":
                key, equals, value = rest.partition("=")
                if equals:
                    self.declared[key] = _expanded(value, self._variables()).strip("\"'")
            case "ENV":
                environment = {**self.config.environment, **_pairs(rest, self._variables())}
                self.config = replace(self.config, environment=environment)
            case "WORKDIR":
                self.config = replace(self.config, workdir=self._path(_expanded(rest, self._variables())))
            case "SHELL":
                self._shell = self._words(rest)
            case "CMD":
                self._has_command = True
                self.config = replace(self.config, command=self._words(rest))
            case "ENTRYPOINT":
                # It resets the CMD of the stage or image below.
                command = self.config.command if self._has_command else ()
                self.config = replace(self.config, entrypoint=self._words(rest), command=command)
            case "COPY" | "ADD":
                self.config = replace(self.config, copies=(*self.config.copies, *self._copies(rest)))

    def _variables(self) -> Mapping[str, str]:
        return {**self.declared, **self.config.environment}

    def _path(self, text: str) -> PurePosixPath:
        return self.config.workdir / text.strip().strip("\"'")

    def _words(self, rest: str) -> tuple[str, ...]:
        """Return the words of a command in either of its forms: a list, or a line for the shell."""
        listed = _listed(rest)
        return (*self._shell, rest) if listed is None else listed

    def _copies(self, rest: str) -> Iterator[tuple[PurePosixPath, PurePosixPath]]:
        words = _listed(rest) or _split(rest, self._variables())
        flags = [word for word in words if word.startswith("--")]
        *sources, target = (word for word in words if not word.startswith("--"))
        if any(flag.startswith("--from=") for flag in flags):
            return
        into = len(sources) > 1 or target.endswith("/") or target in {".", ".."}
        for source in sources:
            path = PurePosixPath(source.lstrip("/"))
            if ".." in path.parts or not (self._folder / path).exists():
                continue
            whole = (self._folder / path).is_dir() or not into
            yield (self._path(target) if whole else self._path(target) / path.name), path


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield the instructions with their continued lines, without comments and here-documents."""
    lines = iter(text.splitlines())
    held = ""
    for line in lines:
        if line.lstrip().startswith("#") or not line.strip():
            continue
        held += line.rstrip()
        if held.endswith("\\"):
            held = f"{held[:-1]} "
            continue
        found, held = _INSTRUCTION.fullmatch(held), ""
        if found is None:
            continue
        name = found[1].upper()
        if name in {"RUN", "COPY", "ADD"} and (ends := _HEREDOC.findall(found[2])):
            for end in ends:
                for within in lines:
                    if within.strip() == end:
                        break
            continue
        yield name, found[2].strip()


def _from(rest: str) -> tuple[str, str]:
    """Return the image and the name of a stage; the name is empty for a stage without one."""
    words = [word for word in rest.split() if not word.startswith("--")]
    alias = words[2] if len(words) > 2 and words[1].upper() == "AS" else ""  # noqa: PLR2004 - FROM image AS name
    return (words[0] if words else ""), alias


def _listed(rest: str) -> tuple[str, ...] | None:
    try:
        listed = json.loads(rest)
    except json.JSONDecodeError:
        return None
    return tuple(map(str, listed)) if isinstance(listed, list) else None


def _pairs(rest: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of ENV, in either of its forms: `A=1 B="2 3"`, or `A the rest`."""
    name, _, value = rest.partition(" ")
    if "=" not in name:
        return {name: _expanded(value.strip(), variables)}
    parts = (word.partition("=") for word in _split(rest, variables))
    return {key: value for key, equals, value in parts if equals}


def _split(text: str, variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return the words of a line, with the values of its variables."""
    values: list[str] = []

    def held(found: re.Match[str]) -> str:
        values.append(_value(found, variables))
        return f"{_HELD}{len(values) - 1}{_END}"

    try:
        words = shlex.split(_VARIABLE.sub(lambda found: held(found) if _names(found) else found[0], text))
    except ValueError:  # a quote without its other half
        words = text.split()
    return tuple(re.sub(f"{_HELD}(\\d+){_END}", lambda found: values[int(found[1])], word) for word in words)


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: _value(found, variables) if _names(found) else found[0], text)


def _names(found: re.Match[str]) -> bool:
    """Tell whether a match is a variable: what is in single quotes or escaped is none."""
    return bool(found[1] or found[4])


def _value(found: re.Match[str], variables: Mapping[str, str]) -> str:
    value = variables.get(found[1] or found[4], "")
    match found[2]:
        case "-":
            return value or found[3]
        case "+":
            return found[3] if value else ""
        case _:
            return value
