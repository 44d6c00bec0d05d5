"""What main declares, what AWS has, and what jobs make of both, as far as their order matters.

A declaration is a number, its version. What a job does follows from the commands of its steps; the tests of `gitops`
hold these to what is said of them here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.workflows.scheduler.github import GitHub
from tests.workflows.scheduler.units import Job, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.workflows.scheduler.bodies import Run

REVIEWED = ("production-approval", "destroy-approval", "ad-hoc-destroy-approval")
"""The last one has reviewers where a team wants some, which is the harder case."""
CHANGING = ("deploy", "production", "destroy")
"""Environments of GitHub whose roles change AWS."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a job that runs does to its environment in the end; version None destroys it."""

    environment: str
    version: int | None


class Estate:
    """Environments that are declared and deployed, {name: version}."""

    def __init__(
        self, workflows: Mapping[str, Mapping[str, Any]], declared: Mapping[str, int], **settings: Any
    ) -> None:
        self.github = GitHub(workflows, reviewed=REVIEWED, started=self._begin, **settings)
        self.commits: list[dict[str, int]] = [dict(declared)]
        self.aws = dict(declared)
        self.expired: set[str] = set()
        self._removed_by_jobs: dict[str, int] = {}
        """The newest commit of a job that removes an environment, to destroy it itself."""
        self._changes: dict[Job, Change | None] = {}
        self._numbers = count(1)
        self._versions = count(100)

    @property
    def declared(self) -> dict[str, int]:
        """What the newest commit of main declares."""
        return self.commits[-1]

    # People and clocks

    def push(self, **changes: int | None) -> Run:
        """Commit declarations, by names with `_` for `/`; None removes one. Return the run of `deploy`."""
        named = {name.replace("_", "/"): version for name, version in changes.items()}
        self._commit(named)
        event = {"ref": "refs/heads/main", "paths": [f"environments/{name}.yaml" for name in named]}
        runs = self.github.deliver("push", self._completed(event), sha=self._newest)
        return next(run for run in runs if run.workflow == "deploy")

    def new_version(self) -> int:
        """Return a version that was never there."""
        return next(self._versions)

    def comment(self, body: str) -> list[Run]:
        """Have somebody comment on a pull request: `/deploy NAME [VERSION]`, `/confirm NAME`, or anything else."""
        comment = {"id": next(self._numbers), "body": body, "user": {"type": "User"}, "author_association": "MEMBER"}
        event = {"action": "created", "comment": comment, "issue": {"number": 1, "pull_request": {}}}
        return self.github.deliver("issue_comment", self._completed(event), sha=self._newest)

    def edit_form(self, number: int, sender: str = "User") -> list[Run]:
        """Have a person or a bot edit an issue that was made with the form."""
        issue = {
            "number": number,
            "state": "open",
            "body": "### Name of the environment",
            "author_association": "MEMBER",
        }
        event = {"action": "edited", "issue": issue, "sender": {"type": sender}}
        return self.github.deliver("issues", self._completed(event), sha=self._newest)

    def push_to_pull_request(self, number: int) -> list[Run]:
        """Have somebody push to a pull request."""
        return self._of_pull_request("pull_request", "synchronize", number)

    def review(self, number: int) -> list[Run]:
        """Have somebody review a pull request."""
        return self._of_pull_request("pull_request_review", "submitted", number)

    def _of_pull_request(self, event_name: str, action: str, number: int) -> list[Run]:
        pull = {"number": number, "base": {"ref": "main"}, "head": {"repo": {"full_name": "example/environments"}}}
        event = {"action": action, "pull_request": pull}
        return self.github.deliver(event_name, self._completed(event), sha=f"{next(self._numbers):f>40x}")

    def tick(self, workflow: str) -> Run:
        """Have a schedule start a workflow."""
        return self.github.start(workflow, "schedule", {"schedule": "17 * * * *"}, sha=self._newest)

    def dispatch(self, workflow: str, **inputs: str) -> Run:
        """Have somebody start a workflow by hand."""
        return self.github.start(workflow, "workflow_dispatch", self._completed({"inputs": inputs}), sha=self._newest)

    def finish(self, job: Job, result: str = "success") -> None:
        """End a job that runs; what it does has happened then, unless it fails."""
        change = self._changes.pop(job, None)
        if change is not None and result == "success":
            self.aws.pop(change.environment, None)
            if change.version is not None:
                self.aws[change.environment] = change.version
        job.finish(result, dict(self._outputs(job)) if result == "success" else None)

    def settle(self) -> None:
        """Approve all, and have all jobs end well, until there are none."""
        while open_jobs := [*self.github.jobs(State.WAITING), *self.github.jobs(State.RUNNING)]:
            for job in open_jobs:
                if job.state is State.WAITING:
                    job.approve()
                elif job.state is State.RUNNING:
                    self.finish(job)

    # What holds at every moment

    def changing(self) -> list[str]:
        """Return the environments that jobs change now; one that is there twice is changed by two."""
        running = self.github.jobs(State.RUNNING)
        return sorted(str(job.subject) for job in running if job.environment in CHANGING)

    # What jobs do

    @property
    def _newest(self) -> str:
        return f"{len(self.commits) - 1:040x}"

    def _commit(self, changes: Mapping[str, int | None]) -> None:
        """Commit, as jobs do too: theirs say `[skip ci]`, so that they start nothing."""
        merged: dict[str, int | None] = {**self.declared, **changes}
        self.commits.append({name: version for name, version in merged.items() if version is not None})

    def _begin(self, job: Job) -> None:
        """Take note of what a job has read from main when it began."""
        if job.environment not in CHANGING:
            return
        name = str(job.subject)
        script = _script(job)
        own = self.commits[int(job.run.contexts["github"]["sha"], 16)]
        newest = self.declared.get(name)
        if job.environment == "destroy":
            if "gitops command" in script or (_keeps_what_has_not_expired(job) and name in self.expired):
                self.expired.discard(name)
                if newest is not None:
                    self._commit({name: None})
                    self._removed_by_jobs[name] = len(self.commits) - 1
                self._changes[job] = Change(name, None)
            else:
                self._changes[job] = Change(name, None) if newest is None else None
        elif "gitops command" in script:
            self._changes[job] = Change(name, newest) if newest is not None else None
        else:
            superseded = "--unless-superseded-by newest" in script and own.get(name) != newest
            self._changes[job] = None if superseded else Change(name, own.get(name))

    def _outputs(self, job: Job) -> Iterator[tuple[str, str]]:
        script = _script(job)
        if "gitops affected" in script:
            yield from self._affected(job) if "--accounts" not in script else {"accounts": _rows(["main"])}.items()
        elif "gitops report reap" in script:
            asked = {job.subject for job in self.github.jobs(State.WAITING) if job.run.workflow == "reap"}
            yield "removed_apps", _rows(sorted((self.expired & self.declared.keys()) - asked))
        elif job.environment == "commit" and job.run.workflow == "command":
            _, name, version = job.contexts["matrix"]["order"].split()
            self._commit({name: int(version)})
        elif "gitops command" in script and job.environment is None:
            yield from self._decided(job.contexts["github"]["event"]["comment"]["body"].split())
        elif "gitops request" in script and job.environment is None:
            yield "propose", "true"
        elif "gitops registries" in script:
            yield "registries", _rows(["main"])

    def _affected(self, job: Job) -> Iterator[tuple[str, str]]:
        sha = int(job.run.contexts["github"]["sha"], 16)
        before, after = self.commits[max(self._handed_over(job.run, sha))], self.commits[sha]
        changed = [name for name in after if before.get(name) != after[name]]
        removed = [name for name in before if name not in after and not self._is_left_to_a_job(name, sha)]
        kinds = {"bases": (False, True), "apps": (False, False)}
        kinds |= {"production_bases": (True, True), "production_apps": (True, False)}
        for kind, is_kind in kinds.items():
            yield kind, _rows([name for name in changed if _kind(name) == is_kind])
        yield "removed_bases", _rows([name for name in removed if _kind(name)[1]])
        yield "removed_apps", _rows([name for name in removed if not _kind(name)[1]])
        yield from ((kind, "[]") for kind in ("accounts", "more_apps", "refused"))

    def _handed_over(self, own: Run, sha: int) -> Iterator[int]:
        """Yield the commits up to one whose changes other runs have handed over; a run that was cancelled has not."""
        yield 0
        for run in self.github.runs:
            if run.workflow == "deploy" and run is not own and run.result != "cancelled":
                commit = int(run.contexts["github"]["sha"], 16)
                if commit <= sha and run.result_of("affected") == "success":
                    yield commit

    def _is_left_to_a_job(self, name: str, sha: int) -> bool:
        declared = [commit for commit in range(sha) if name in self.commits[commit]]
        return self._removed_by_jobs.get(name) == max(declared) + 1

    @staticmethod
    def _decided(words: list[str]) -> Iterator[tuple[str, str]]:
        verb, name = words[0], words[1] if len(words) > 1 else ""
        job = {"/deploy": "production" if _kind(name)[0] else "deploy", "/confirm": "destroy"}.get(verb)
        for kind in ("read", "deploy", "production", "destroy"):
            yield kind, _rows([name] if kind == job else [])
        yield "git", json.dumps([{"order": " ".join(words)}] if verb == "/deploy" and len(words) > 2 else [])

    @staticmethod
    def _completed(event: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**event, "repository": {"default_branch": "main", "private": True}}


def _kind(name: str) -> tuple[bool, bool]:
    """Return whether an environment is production, and whether it is a base."""
    return name.startswith("prod/"), name.endswith("/base")


def _rows(names: list[str]) -> str:
    return json.dumps(
        [
            {
                "environment": name,
                "account": name,
                "slug": name.replace("/", "-"),
                "approval": "destroy-approval" if any(_kind(name)) else "ad-hoc-destroy-approval",
            }
            for name in names
        ]
    )


def _script(job: Job) -> str:
    return "\n".join(step["run"] for step in job.steps if "run" in step)


def _keeps_what_has_not_expired(job: Job) -> bool:
    return any("only-expired" in step.get("with", {}) for step in job.steps)
