"""What act is given: the repository's workflows, without the keys that it does not know."""

from __future__ import annotations

import copy
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import yaml

from tests.workflows.definitions import workflows
from tests.workflows.harness.permissions import TOKEN_OF_JOB, secret_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT_TYPES = {"pull_request": ("opened", "synchronize", "reopened")}
"""https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request"""

ENVIRONMENT = "ENVIRONMENT_OF_GITHUB"
"""Variable with the environment that a job runs in, whose role the stand-in for AWS's action takes."""

WIDE = 1_000_000
"""Characters of a line: none is broken where it is replaced in."""


def write(folder: Path) -> None:
    """Write the workflows for act, where a failed job of a called workflow ends the run: they are jobs of the caller.

    The policy tests read the real files for what is taken out here.
    """
    folder.mkdir(parents=True)
    for name, workflow in workflows().items():
        changed = copy.deepcopy(dict(workflow))
        changed["concurrency"].pop("queue", None)
        for job_id, job in changed["jobs"].items():
            _simplify(job_id, job)
        text = yaml.safe_dump(changed, sort_keys=False, width=WIDE)
        folder.joinpath(f"{name}.yml").write_text(text.replace("github.token", f"env.{TOKEN_OF_JOB}"))


def started_by(event: str, payload: Mapping[str, Any]) -> list[str]:
    """Return the workflows that GitHub starts for an event; act has no part in that.

    Filters of paths are applied where the payload has `paths`, those of the fake's acts, and to no others.
    """
    return [name for name, workflow in workflows().items() if starts(workflow["on"], event, payload)]


def _simplify(job_id: str, job: dict[str, Any]) -> None:
    job.get("concurrency", {}).pop("queue", None)
    environment = job.pop("environment", None)
    job["env"] = {TOKEN_OF_JOB: f"${{{{ secrets.{secret_of(job_id)} }}}}"}
    if environment is not None:
        job["env"][ENVIRONMENT] = environment["name"] if isinstance(environment, dict) else environment


def starts(triggers: Mapping[str, Any], event: str, payload: Mapping[str, Any]) -> bool:
    """Return whether an event starts a workflow with these triggers."""
    if event not in triggers:
        return False
    filters = triggers[event] if isinstance(triggers[event], dict) else {}
    types = filters.get("types", DEFAULT_TYPES.get(event))
    if types is not None and payload["action"] not in types:
        return False
    if event == "push" and payload["ref"].startswith("refs/tags/"):
        tag = payload["ref"].removeprefix("refs/tags/")
        return any(fnmatchcase(tag, pattern) for pattern in filters.get("tags", []))
    branch = payload["pull_request"]["base"]["ref"] if event == "pull_request" else _pushed_branch(payload)
    if "branches" in filters and branch not in filters["branches"]:
        return False
    paths = payload.get("paths", [])
    return not paths or any(fnmatchcase(path, one) for path in paths for one in filters.get("paths", ["*"]))


def _pushed_branch(payload: Mapping[str, Any]) -> str:
    ref: str = payload.get("ref", "")
    return ref.removeprefix("refs/heads/")
