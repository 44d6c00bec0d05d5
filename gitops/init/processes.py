"""The processes of an application that a Procfile or a Compose file starts, and what becomes of each."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitops.image_folders.compose_files import read_services
from gitops.init.process_files import Written, read_procfile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from gitops.image_folders.compose_files import ComposeService

_SERVERS = re.compile(r"\b(gunicorn|uvicorn|daphne|hypercorn|granian|waitress-serve|uwsgi)\b")
_FOR_DEVELOPMENT = re.compile(r"\b(runserver|runserver_plus|watchmedo|watchfiles|debugpy)\b|(?<!\S)--reload\b")
_PYTHON = re.compile(
    r"(?:^|[\s/'\"])(python[\d.]*|manage\.py|django-admin|celery|rq|rqworker|rqscheduler|dramatiq|huey_consumer(?:\.py)?"
    r"|taskiq|arq|procrastinate)(?=[\s'\"]|$)"
)
"""Programs of workers and schedulers that are written for Django."""
_LONG_RUNNING = re.compile(r"worker|beat|clock|scheduler")
"""In names of processes of a Procfile, by custom."""
_SERVICE_NAME = re.compile(r"[a-z]([a-z0-9-]{0,18}[a-z0-9])?")
_TAKEN = {"web", "cache"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Processes:
    """What of a Procfile, or else of a Compose file, is known to run in an environment."""

    release: Written | None = None
    web: Written | None = None
    """A web server of the Procfile."""
    composed_web: Written | None = None
    """One of a Compose file, which comes after the command of the image."""
    others: Mapping[str, Written] = field(default_factory=dict)
    """Workers and schedulers, by names of services."""
    left_out: Sequence[str] = ()
    """A line for each process that is not declared, with the reason."""


def serves(command: str) -> bool:
    """Whether a command line starts a web server that is known."""
    return _SERVERS.search(command) is not None


def read_processes(root: Path) -> Processes:
    """Return the processes of the application below `root`. Those of a Procfile come before those of a Compose file."""
    procfile, services = read_procfile(root), read_services(root)
    composed_web = next((_written(service) for service in services if _is_web(service)), None)
    others = _Others()
    for name, written in procfile.items():
        if name not in {"web", "release"}:
            others.add(name, written)
    if not others.found:
        for service in services:
            if service.command and not (serves(service.command) or service.runs_once):
                others.add(service.name, _written(service), service)
    web = procfile.get("web")
    return Processes(
        release=procfile.get("release"),
        web=web if web and serves(web.value) else None,
        composed_web=composed_web,
        others=others.found,
        left_out=others.left_out,
    )


def _written(service: ComposeService) -> Written:
    return Written(service.command or "", service.place)


def _is_web(service: ComposeService) -> bool:
    """Whether a service is a web server, not for development, whose command means the same elsewhere."""
    command = service.command
    if command is None or _FOR_DEVELOPMENT.search(command):
        return False
    return serves(command) and _foreign(command, service) is None


class _Others:
    """Workers and schedulers, each judged by its command."""

    def __init__(self) -> None:
        self.found: dict[str, Written] = {}
        self.left_out: list[str] = []

    def add(self, process: str, written: Written, service: ComposeService | None = None) -> None:
        name = re.sub(r"[^a-z0-9]+", "-", process.lower()).strip("-")
        if _FOR_DEVELOPMENT.search(written.value):
            return
        if reason := self._why_not(name, written.value, service):
            self.left_out.append(f"{written.place}: {process}: {reason}")
        else:
            self.found[name] = written

    def _why_not(self, name: str, command: str, service: ComposeService | None) -> str | None:
        """Return why a process does not become a service, or None."""
        return next((reason for reason in self._reasons(name, command, service) if reason), None)

    def _reasons(self, name: str, command: str, service: ComposeService | None) -> Iterator[str | None]:
        if serves(command) or "flower" in command_words(command):
            yield "serves HTTP; if environments need it, declare a service with `port` and `paths`"
        if service and re.fullmatch(r"/\S+", command):
            yield f"runs {command}, a script of the image, which is not read; compare it with the proposals"
        if not _PYTHON.search(command) and (service or not _LONG_RUNNING.search(name)):
            yield "starts no program of Django or of a task queue that is known; if environments need it, declare it"
        if service:
            yield _foreign(command, service)
        if not _SERVICE_NAME.fullmatch(name) or name in _TAKEN | set(self.found):
            yield "its name is taken or no name of a service; declare it under another"


def _foreign(command: str, service: ComposeService) -> str | None:
    """Return what a command of a Compose file needs and an environment does not have, or None."""
    if service.entry_point:
        return "replaces the image's entry point, which declarations cannot"
    named = (host for host in service.hosts if re.search(rf"(?<![\w.-]){re.escape(host)}[:/]\d", command))
    if host := next(named, None):
        return f"connects to {host}, a service of its file"
    if names := sorted({*service.variables} - {"PORT"}):
        return f"reads {', '.join(names)}, which Compose replaces; declare it with their values"
    return None


def command_words(command: str) -> list[str]:
    """Return the words of a command line, those of an argument of `sh -c` among them."""
    try:
        return [word for part in shlex.split(command) for word in (shlex.split(part) if " " in part else [part])]
    except ValueError:  # a quote without its other half
        return command.split()
