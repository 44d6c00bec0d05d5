"""Progress and messages on standard error: rich on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress, TaskID


class Reporter(Protocol):
    """Shows the progress of environments."""

    def update(self, name: str, doing: str) -> None:
        """Show the current step of an environment; the first one starts it."""

    def finish(self, name: str, outcome: str) -> None:
        """Show the outcome of an environment."""


class LineReporter:
    """A line when an environment starts and one when it ends, for logs."""

    def __init__(self) -> None:
        self._started: set[str] = set()

    def update(self, name: str, doing: str) -> None:
        """Print the first of an environment's updates."""
        if name not in self._started:
            self._started.add(name)
            say(f"{name}: {doing}")

    def finish(self, name: str, outcome: str) -> None:
        """Print the outcome."""
        self._started.discard(name)
        say(f"{name}: {outcome}")


class LiveReporter:
    """A moving line for each environment at work; a lasting one when it ends."""

    def __init__(self, display: Progress) -> None:
        self._display = display
        self._tasks: dict[str, TaskID] = {}

    def update(self, name: str, doing: str) -> None:
        """Show what an environment is at."""
        if name not in self._tasks:
            self._tasks[name] = self._display.add_task(name, total=None, doing=doing)
        self._display.update(self._tasks[name], doing=doing)

    def finish(self, name: str, outcome: str) -> None:
        """Replace an environment's moving line by its outcome."""
        task = self._tasks.pop(name, None)
        if task is not None:
            self._display.remove_task(task)
        self._display.console.print(f"{name}: {outcome}", markup=False, highlight=False, soft_wrap=True)


def say(line: str) -> None:
    """Print a line for people on standard error."""
    print(line, file=sys.stderr, flush=True)


def without_workflow_commands(text: str) -> str:
    """Return text of others so that the log of a job may hold it: the runner takes no line of it for a command.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#stopping-and-starting-workflow-commands
    """
    if "GITHUB_ACTIONS" not in os.environ:
        return text
    word = secrets.token_hex(16)
    return f"::stop-commands::{word}\n{text}\n::{word}::"


@contextmanager
def reporting() -> Iterator[Reporter]:
    """Yield the reporter that suits standard error."""
    if not sys.stderr.isatty():
        yield LineReporter()
        return
    from rich.console import Console  # noqa: PLC0415 - slow to import, and wanted on terminals only
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - the same

    columns = [
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.fields[doing]}", style="dim", markup=False),
        TimeElapsedColumn(),
    ]
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        yield LiveReporter(display)
