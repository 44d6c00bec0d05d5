"""Services and jobs from the manifests of AWS Copilot, and what of them has no counterpart here.

The fields are those of https://aws.github.io/copilot-cli/docs/manifest/overview/; CloudFormation of addons is not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from constructs_lib.config import loader
from constructs_lib.config.errors import DeclarationError
from gitops.errors import UserError
from gitops.init.application import Proposal
from gitops.init.copilot_schedules import five_fields, minutes
from gitops.init.process_files import words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from constructs_lib.config.source import FieldPath, Source

WEB = {"Load Balanced Web Service", "Request-Driven Web Service"}
WITHOUT_PORT = {"Backend Service", "Worker Service"}
JOB = "Scheduled Job"
_WHY_NOT = {
    "Static Site": "declarations have no static sites; let the web service deliver the files",
}
_EVERYWHERE = {"name", "type", "image", "cpu", "memory", "command", "variables", "http"}
_OF_A_JOB = {"name", "type", "image", "cpu", "memory", "command", "on", "timeout"}
_OF_HTTP = {"path", "healthcheck"}
_OF_HEALTH_CHECK = {"path", "success_codes", "grace_period"}
_REASONS: Mapping[str, str] = {
    "count": "the number of tasks: `scaling` in the file of a production app",
    "secrets": "name secrets of Secrets Manager in `secrets`, as NAME: secret:key",
    "environments": "one file an environment: write what differs into it",
    "entrypoint": "the image's own entry point is used",
    "subscribe": "queues and topics are not made here",
    "publish": "queues and topics are not made here",
    "storage": "tasks keep nothing; an environment has a bucket of its own",
    "retries": "nothing is repeated; the next run is that of the schedule",
    "sidecars": "a task has one container; declare a service of its own",
    "variables": "a job has the variables of the application: write them into `environment`",
    "alias": "host names follow from the base's `domain`",
    "exec": "`gitops shell` needs no field",
    "network": "tasks are in the base's private subnets",
}


@dataclass(slots=True)
class Translated:
    """What manifests come to: proposals for services, and a line for each field that is not mapped."""

    proposals: list[Proposal] = field(default_factory=list)
    not_mapped: list[str] = field(default_factory=list)


def translate(folder: Path) -> Translated:
    """Translate the manifests below a `copilot` folder.

    Raises:
        UserError: there are none, or one is not YAML: all such files, with line and column.
    """
    manifests = sorted(folder.glob("*/manifest.yml"))
    if not manifests:
        raise UserError(f"--from-copilot: {folder} has no SERVICE/manifest.yml; name the folder `copilot`")
    translated, problems = Translated(), []
    for file in manifests:
        try:
            source = loader.load(file, str(file))
        except DeclarationError as error:
            problems += [str(problem) for problem in error.problems]
        else:
            _Manifest(source, translated).translate()
    if problems:
        raise UserError("these manifests cannot be read; nothing was written\n" + "\n".join(problems))
    return translated


class _Manifest:
    """One manifest."""

    def __init__(self, source: Source, into: Translated) -> None:
        self._source, self._into = source, into
        self._name = str(source.data.get("name", "")).lower()

    def translate(self) -> None:
        kind = self._get("type")
        port = self._get("image", "port")
        if kind == JOB:
            self._translate_job()
        elif not isinstance(kind, str) or kind not in WEB | WITHOUT_PORT:
            self._refuse(("type",), _WHY_NOT.get(str(kind), "is not a service type of Copilot's manifests"))
        elif kind == "Backend Service" and port is not None:
            self._refuse(("image", "port"), "a service with a port is behind the public load balancer here")
        else:
            for name, value, path in self._fields(web=kind in WEB):
                self._propose(f"services.{self._name}.{name}", value, path)
            self._list_rest()

    def _propose(self, name: str, value: object, path: FieldPath) -> None:
        line, _ = self._source.locate(path)
        self._into.proposals.append(Proposal(name, value, f"{self._source.path}:{line}"))

    def _translate_job(self) -> None:
        """Translate a job whose schedule five fields can say, and which has a command."""
        schedule = str(self._get("on", "schedule") or "")
        try:
            fields = five_fields(schedule)
        except ValueError as error:
            at: FieldPath = ("on", "schedule") if schedule else ("type",)
            self._report(at, f"the job {self._name} is not declared: {error}")
            return
        if self._get("command") is None:
            self._report(
                ("type",), f"the job {self._name} is not declared: give it a command, as the image has its own"
            )
            return
        job = f"jobs.{self._name}"
        for name, value, path in self._process():
            self._propose(f"{job}.{name}", value, path)
        self._propose(f"{job}.schedule", fields, ("on", "schedule"))
        if (timeout := self._get("timeout")) is not None:
            try:
                self._propose(f"{job}.timeout_minutes", minutes(str(timeout)), ("timeout",))
            except ValueError as error:
                self._report(("timeout",), str(error))
        self._list((), self._source.data, _OF_A_JOB)

    def _fields(self, *, web: bool) -> Iterator[tuple[str, object, FieldPath]]:
        """Yield the fields of a service, and where each was written."""
        if web:
            yield "port", self._get("image", "port"), ("image", "port")
            yield "paths", _patterns(self._get("http", "path")), ("http", "path")
            yield from self._health_check()
        yield from self._process()
        variables = self._get("variables")
        if isinstance(variables, Mapping):
            for name, value in variables.items():
                if isinstance(value, (dict, list)):
                    self._report(("variables", name), "comes from an export of CloudFormation: write its value")
                else:
                    text = self._source.find(("variables", name))
                    yield f"environment.{name}", text.text if text else str(value), ("variables", name)

    def _process(self) -> Iterator[tuple[str, object, FieldPath]]:
        """Yield command and size, which services and jobs have."""
        command = self._get("command")
        if command is not None:
            listed = [str(word) for word in command] if isinstance(command, list) else words(str(command))
            yield "command", listed, ("command",)
        for theirs, ours in (("cpu", "cpu"), ("memory", "memory_mib")):
            if isinstance(value := self._get(theirs), int):
                yield ours, value, (theirs,)

    def _health_check(self) -> Iterator[tuple[str, object, FieldPath]]:
        at: FieldPath = ("http", "healthcheck")
        check = self._get(*at)
        if isinstance(check, str):
            yield "health_check_path", check, at
        if not isinstance(check, Mapping):
            return
        if isinstance(check.get("path"), str):
            yield "health_check_path", check["path"], (*at, "path")
        if "success_codes" in check:
            yield "health_check_codes", str(check["success_codes"]), (*at, "success_codes")
        grace = str(check.get("grace_period", "")).removesuffix("s")
        if grace.isdigit():
            yield "health_check_grace_seconds", int(grace), (*at, "grace_period")
        self._list(at, check, _OF_HEALTH_CHECK)

    def _list_rest(self) -> None:
        self._list((), self._source.data, _EVERYWHERE)
        for name, known in (("http", _OF_HTTP), ("image", {"port", "build", "location"})):
            if isinstance(part := self._get(name), Mapping):
                self._list((name,), part, known)

    def _list(self, at: FieldPath, part: Mapping[str, object], known: set[str]) -> None:
        for name in part:
            if name not in known:
                self._report((*at, name), _REASONS.get(name, "has no counterpart"))

    def _refuse(self, at: FieldPath, why: str) -> None:
        self._report(at, f"the service {self._name} is not declared: {why}")

    def _report(self, at: FieldPath, why: str) -> None:
        line, column = self._source.locate_key(at)
        self._into.not_mapped.append(f"{self._source.path}:{line}:{column}: {'.'.join(map(str, at))}: {why}")

    def _get(self, *path: str | int) -> object:
        node = self._source.find(path)
        return node.value if node else None


def _patterns(path: object) -> list[str]:
    """Return the patterns of a path: `/` and `api` are prefixes for Copilot."""
    text = str(path or "/").strip("/")
    return [f"/{text}", f"/{text}/*"] if text else ["/*"]
