"""The report of a run: each step with its checks, its commands and their output, written after every step."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

OUTPUT_LINES = 40
"""Of each command, in the report."""


class SmokeError(Exception):
    """A check did not hold, or a command ended otherwise than expected."""


@dataclass
class Step:
    """One step: what was checked and held, and the commands with the end of their output."""

    title: str
    checks: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    seconds: float = 0.0
    failure: str = ""

    def check(self, what: str, holds: object) -> None:
        """Record that something holds.

        Raises:
            SmokeError: it does not.
        """
        if not holds:
            raise SmokeError(f"does not hold: {what}")
        self.checks.append(what)
        say(f"  ok: {what}")


class Report:
    """A Markdown file that is complete after each step, so that an interrupted run leaves one as well."""

    def __init__(self, file: Path, heading: Sequence[str]) -> None:
        self._file = file
        self._heading = heading
        self.steps: list[Step] = []

    @property
    def failed(self) -> bool:
        """Whether a step has failed."""
        return any(step.failure for step in self.steps)

    def run(self, title: str, do: Callable[[Step], None]) -> None:
        """Run a step and record it; a failure is recorded, not raised."""
        step = Step(title)
        self.steps.append(step)
        say(f"{len(self.steps)}. {title}")
        start = time.monotonic()
        try:
            do(step)
        except Exception as error:  # noqa: BLE001 - whatever happened belongs into the report
            step.failure = str(error) or type(error).__name__
            say(f"  FAILED: {step.failure}")
        except KeyboardInterrupt:
            step.failure = "interrupted"
            raise
        finally:
            step.seconds = time.monotonic() - start
            self.write()

    def write(self) -> None:
        """Write the file as it is now."""
        rows = [
            f"| {number} | {step.title} | {'failed' if step.failure else 'ok'} | {len(step.checks)} |"
            f" {step.seconds:.0f} s |"
            for number, step in enumerate(self.steps, 1)
        ]
        lines = [
            "# First account: report",
            "",
            *self._heading,
            "",
            f"Written {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.",
            "",
            "| step | what | result | checks | time |",
            "| --- | --- | --- | --- | --- |",
            *rows,
        ]
        for number, step in enumerate(self.steps, 1):
            lines += ["", f"## {number}. {step.title}", ""]
            lines += [f"- {check}" for check in step.checks]
            lines += ["", f"Failed: {step.failure}"] if step.failure else []
            for command in step.commands:
                lines += ["", "```text", command, "```"]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text("\n".join([*lines, ""]))


def shortened(output: str) -> str:
    """Return the end of a command's output."""
    lines = output.strip().splitlines()
    left_out = len(lines) - OUTPUT_LINES
    return "\n".join([f"({left_out} lines left out)", *lines[left_out:]] if left_out > 0 else lines)
