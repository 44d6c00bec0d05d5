"""`gitops report`: report the results of other jobs on GitHub, from the files that they wrote. Does not use AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.drift.report import report_drift
from gitops.github.actions import Run
from gitops.plan.publication import report_plan
from gitops.reap.report import report_reap
from gitops.report.deployment import report_deployment

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


def report(*, topic: str, directory: Path, folder: Path, now: datetime) -> int:
    """Report on a topic by the files in a directory. Returns 1 when the change or a removal is refused."""
    run = Run.from_environ()
    match topic:
        case "deployment":
            return report_deployment(directory, run)
        case "plan":
            return report_plan(directory, run)
        case "reap":
            return report_reap(directory, run, folder=folder, now=now)
        case "drift":
            return report_drift(directory, run, folder=folder)
        case _:
            raise ValueError(f"there is no topic {topic}")
