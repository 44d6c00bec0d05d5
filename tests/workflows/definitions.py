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
    """Return the workflows that events start, by the names of their files, with the jobs that they call in place.

    The last job of a called workflow is there by the name of the calling job, its others as `CALLER-JOB`.
    """
    return {
        name: {**workflow, "jobs": _with_called(workflow["jobs"])}
        for name, workflow in as_written().items()
        if "workflow_call" not in workflow["on"]
    }


@cache
def reusable() -> Mapping[str, Mapping[str, Any]]:
    """Return the workflows that others call, by the names of their files."""
    return {name: workflow for name, workflow in as_written().items() if "workflow_call" in workflow["on"]}


@cache
def calls() -> Mapping[str, Mapping[str, Any]]:
    """Return the jobs that call a reusable workflow, as they are written, by `workflow/job`."""
    return {
        f"{name}/{job_id}": job
        for name, workflow in as_written().items()
        for job_id, job in workflow["jobs"].items()
        if "uses" in job
    }


@cache
def as_written() -> Mapping[str, Mapping[str, Any]]:
    """Return all workflows by the names of their files, those that others call too, as their files say."""
    return {file.stem: load(file) for file in sorted((GITHUB / "workflows").glob("*.yml"))}


def _with_called(defined: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {name: job for job_id, defined_job in defined.items() for name, job in _inlined(job_id, defined_job)}


def _inlined(job_id: str, job: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield a job; one that calls a reusable workflow as the jobs that GitHub then runs, with its inputs put in."""
    if "uses" not in job:
        yield job_id, job
        return
    called = _with_called(reusable()[Path(job["uses"]).stem]["jobs"])
    values = {name: re.sub(r"^\$\{\{ (.*) }}$", r"\1", value) for name, value in job["with"].items()}
    values = {name: value if value != job["with"][name] else f"'{value}'" for name, value in values.items()}
    own = {key: value for key, value in job.items() if key not in {"uses", "with", "permissions", "needs", "if"}}
    names = {name: f"{job_id}-{name}" for name in called} | {list(called)[-1]: job_id}
    for name, inner in called.items():
        needs = [*_listed(job.get("needs")), *(names[needed] for needed in _listed(inner.get("needs")))]
        conditions = [_bare(text) for text in (job.get("if"), _renamed(inner.get("if"), names)) if text]
        follows = {"needs": needs, "if": f"${{{{ {' && '.join(conditions)} }}}}"} if needs else {}
        yield names[name], {**_with_inputs(inner, values), **own, **follows}


def _listed(needs: str | Sequence[str] | None) -> list[str]:
    return [needs] if isinstance(needs, str) else list(needs or [])


def _bare(condition: str) -> str:
    return re.sub(r"^\$\{\{ (.*) }}$", r"\1", condition, flags=re.DOTALL)


def _renamed(condition: str | None, names: Mapping[str, str]) -> str | None:
    return condition and re.sub(r"\bneeds\.([\w-]+)", lambda match: f"needs.{names[match[1]]}", condition)


def _with_inputs(node: Any, values: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _with_inputs(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [_with_inputs(item, values) for item in node]
    if not isinstance(node, str):
        return node
    found = re.sub(r"inputs\.([\w-]+)", lambda match: values[match[1]], node)
    return re.sub(r"\$\{\{ '([^']*)' }}", r"\1", found)


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
    return read(file.read_text())


def read(text: str) -> Mapping[str, Any]:
    """Return what YAML of GitHub's says."""
    loaded: Mapping[str, Any] = yaml.load(text, _Loader)  # noqa: S506 - it is a safe loader
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
