"""Statements and permissions that can be taken out without that a test fails, and why they stay."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

REASONS: Mapping[str, str] = {
    "AccountRolesProduction: logs:GetLogEvents": (
        "Reads what a task has logged that failed in a deployment. The tests see deploy do so, not production."
    ),
}
"""By the statement as a mutation run prints it; `*` stands for any text."""

PERMISSIONS: Mapping[str, str] = {
    "deploy/more-apps: *": (
        "It is for the 257th app and those after it, and calls the workflow that deploy/apps calls, which is played. "
        "tests/workflows/test_policy.py keeps the permissions of both as they are."
    ),
}
"""The same for permissions of jobs, `workflow/job: permission: level`."""


def reviewed(survived: Collection[str], reasons: Mapping[str, str] = REASONS) -> tuple[list[str], list[str]]:
    """Return the survivors without a reason, and the reasons without a survivor."""
    unexplained = [name for name in survived if not any(fnmatchcase(name, pattern) for pattern in reasons)]
    stale = [pattern for pattern in reasons if not any(fnmatchcase(name, pattern) for name in survived)]
    return unexplained, stale
