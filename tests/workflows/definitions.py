"""The workflows and actions of the repository, as their YAML says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

GITHUB = Path(__file__).parents[2] / ".github"

PINNED = re.compile(r"(?P<action>[\w.-]+/[\w.-]+)@(?P<sha>[0-9a-f]{40})")


class _Loader(yaml.SafeLoader):
    """YAML 1.2 in one respect: `on` is a word and no boolean."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or letter not in "oO"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A job: `steps` are its own and those of the actions of this repository that it uses, in order."""

    workflow: str
    id: str
    definition: Mapping[str, Any]

    @property
    def environment(self) -> str | None:
        """The environment of GitHub that it runs in."""
        said = self.definition.get("environment")
        return said["name"] if isinstance(said, dict) else said

    @property
    def permissions(self) -> Mapping[str, str]:
        """What its token may."""
        said: Mapping[str, str] = self.definition["permissions"]
        return said

    @property
    def steps(self) -> Sequence[Mapping[str, Any]]:
        """Its steps, with those of the actions of this repository in their places."""
        return list(_expanded(self.definition["steps"]))


@cache
def workflows() -> Mapping[str, Mapping[str, Any]]:
    """Return the workflows by the names of their files."""
    return {file.stem: load(file) for file in sorted((GITHUB / "workflows").glob("*.yml"))}


@cache
def actions() -> Mapping[str, Mapping[str, Any]]:
    """Return the actions of this repository by the names of their folders."""
    return {file.parent.name: load(file) for file in sorted((GITHUB / "actions").glob("*/action.yml"))}


@cache
def jobs() -> Sequence[Job]:
    """Return every job of every workflow."""
    return [
        Job(workflow=name, id=job_id, definition=definition)
        for name, workflow in workflows().items()
        for job_id, definition in workflow["jobs"].items()
    ]


def load(file: Path) -> Mapping[str, Any]:
    """Return what a YAML file of GitHub's says."""
    loaded: Mapping[str, Any] = yaml.load(file.read_text(), _Loader)  # noqa: S506 - it is a safe loader
    return loaded


def files() -> Sequence[Path]:
    """Return the files of all workflows and actions."""
    return sorted([*(GITHUB / "workflows").glob("*.yml"), *(GITHUB / "actions").glob("*/action.yml")])


def _expanded(steps: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for step in steps:
        uses = step.get("uses", "")
        if uses.startswith("./.github/actions/"):
            yield step
            yield from _expanded(actions()[uses.rpartition("/")[2]]["runs"]["steps"])
        else:
            yield step
