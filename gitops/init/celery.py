"""The processes of Celery: its app, the commands that start workers and beat, and how a worker's health is checked.

Options: https://docs.celeryq.dev/en/stable/reference/cli.html
"""

from __future__ import annotations

import ast
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops.init.process_files import Written
from gitops.init.processes import command_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitops.init.python_source import PythonSource

SCRATCH = "/dev/shm"  # noqa: S108 - the file system of a task is read-only but for this
_DATABASE_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
_TIMEOUT_SECONDS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class CeleryCommand:
    """A command line that starts Celery."""

    program: Sequence[str]
    """The words that start Celery: `celery`, `uv run celery`, `python -m celery`."""
    is_worker: bool
    schedules: bool
    """Whether it is beat, or a worker with beat in it: `worker -B`."""
    app: str | None
    node: str | None
    """The worker's name among the nodes, in which `%h` is the host; None when it holds something else to expand."""
    answers_while_working: bool
    """Whether it answers `ping` while it runs a task: the pool `solo` does not."""

    def health_check(self, default_app: str | None) -> str | None:
        """Return the shell command that asks this worker whether it lives, or None where it cannot be asked."""
        app = self.app or default_app
        if not (self.is_worker and app and self.node and self.answers_while_working):
            return None
        node = self.node.replace("%h", "$(hostname)")
        inspect = f"inspect ping --destination={node} --timeout={_TIMEOUT_SECONDS}"
        return f"exec {shlex.join(self.program)} --app={shlex.quote(app)} {inspect}"


def read_command(command: str) -> CeleryCommand | None:
    """Return what a command line says of a worker or beat of Celery; None if it starts neither."""
    words = command_words(command)
    for position, word in enumerate(words):
        kind = next((other for other in words[position + 1 :] if other in {"worker", "beat"}), None)
        if word.rpartition("/")[2] == "celery" and kind:
            options = words[position + 1 :]
            return CeleryCommand(
                program=_program(words, position),
                is_worker=kind == "worker",
                schedules=kind == "beat" or "-B" in options or "--beat" in options,
                app=_option(options, "-A", "--app"),
                node=_node(_option(options, "-n", "--hostname")),
                answers_while_working=_option(options, "-P", "--pool") != "solo",
            )
    return None


def find_app(source: PythonSource) -> Written | None:
    """Return the Celery app, as `celery --app` names it; of several, one that collects the tasks of all Django apps."""
    found: list[tuple[bool, Written]] = []
    for module in source.names():
        calls = list(source.calls(module, "Celery"))
        for name in source.names_of(module, calls) if calls else ():
            collects = any(True for _ in source.calls(module, "autodiscover_tasks"))
            # Without a name, `celery --app` takes `app` or `celery`.
            value = module if name in {"app", "celery"} else f"{module}:{name}"
            found.append((not collects, Written(value, f"{source.path(module)}:{calls[0].lineno}")))
    return min(found, key=lambda one: one[0], default=(True, None))[1]


def worker(app: Written) -> Written:
    """Return the command of a worker for an app that no file starts one for."""
    return Written(f"celery --app={app.value} worker --loglevel=info", app.place)


def beat(source: PythonSource, settings: str, app: Written, packages: Mapping[str, str]) -> Written | None:
    """Return the command of beat for an app with a schedule, and where that is; None without one."""
    command = f"celery --app={app.value} beat --loglevel=info"
    if "django-celery-beat" in packages:
        return Written(f"{command} --scheduler={_DATABASE_SCHEDULER}", packages["django-celery-beat"])
    command = f"{command} --schedule={SCRATCH}/celerybeat-schedule"
    package = settings.rpartition(".")[0]
    for module in (settings, f"{package}.base", f"{package}.common"):
        if module in source.names() and any(source.assigned(module, "CELERY_BEAT_SCHEDULE")):
            return Written(command, f"{source.path(module)}: CELERY_BEAT_SCHEDULE")
    module = app.value.partition(":")[0]
    if any(True for _ in source.calls(module, "add_periodic_task")) or _has_schedule(source, module):
        return Written(command, f"{source.path(module)}: its schedule")
    return None


def _has_schedule(source: PythonSource, module: str) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr == "beat_schedule" for node in ast.walk(source.tree(module))
    )


def _program(words: Sequence[str], position: int) -> Sequence[str]:
    """Return the words that start Celery: what stands before it is part of them if it runs programs of a project."""
    for before in (("uv", "run"), ("poetry", "run"), ("pipenv", "run"), ("python", "-m"), ("python3", "-m")):
        if tuple(words[max(position - len(before), 0) : position]) == before:
            return (*before, words[position])
    return (words[position],)


def _option(words: Sequence[str], short: str, long: str) -> str | None:
    """Return the value of an option: `-A shop`, `-Ashop`, `--app shop` or `--app=shop`."""
    for position, word in enumerate(words):
        if word in {short, long} and position + 1 < len(words):
            return words[position + 1]
        if word.startswith(f"{long}="):
            return word.removeprefix(f"{long}=")
        if word.startswith(short) and not word.startswith("--") and word != short:
            return word.removeprefix(short)
    return None


def _node(name: str | None) -> str | None:
    """Return a worker's whole name, or None when it cannot be known outside of Celery, as of `%n` and `%d`."""
    node = name or "celery@%h"
    if "@" not in node:
        node += "@%h"
    return node if node.count("%") == node.count("%h") else None
