"""`gitops drift` and `gitops report drift`: the report of drift, and the one issue that has it while there is any."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from constructs_lib.config.environments import read
from gitops.drift.findings import AccountDrift
from gitops.errors import UserError
from gitops.github import sticky_issue
from gitops.github.actions import add_summary
from gitops.handoff import read_per_account
from gitops.output.progress import say
from gitops.output.report import Report, Table, as_markdown, code, strong, word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gitops.drift.findings import Difference
    from gitops.github.actions import Run

_IDLE = "disabled_inactivity"
"""The state of a workflow whose schedule GitHub has stopped, after 60 days without activity in the repository.

https://docs.github.com/en/actions/how-tos/manage-workflow-runs/disable-and-enable-workflows
"""

TITLE = "Drift: deployed environments differ from their declarations"
TOPIC = "drift"

_REMEDIES: Mapping[Difference, str] = {
    "not deployed": "deploy it with `/deploy NAME` or the workflow `deploy`",
    "not declared": "restore its file, or destroy it with `gitops destroy NAME`",
    "failed": "read the events of its stack, then deploy it again",
    "template differs": "deploy it with `/deploy NAME`",
    "changed by hand": "revert the change by hand, or change the declaration to match; deploying does not revert it "
    "while the template is the same",
    "image differs": "deploy it with `/deploy NAME`, or write the image that is to run into its file",
}


def drift_report(accounts: Sequence[AccountDrift]) -> Report:
    """Return the report of the drift of accounts, for the terminal and for the issue."""
    findings = sorted(
        (finding for account in accounts for finding in account.findings), key=lambda found: found.environment
    )
    count = f"{len(findings)} difference{'' if len(findings) == 1 else 's'}"
    unknown = [f"error: {account.account}: {line}" for account in accounts for line in account.unknown]
    if findings:
        title = f"{count} between deployed environments and their declarations"
    elif unknown:
        title = "not all environments could be compared with their declarations"
    else:
        title = "no drift: deployed environments match their declarations"
    remedies = {found.difference: _REMEDIES[found.difference] for found in findings}
    return Report(
        title=title,
        table=Table(
            headings=("environment", "difference", "details"),
            rows=[(code(found.environment), word(found.difference), list(found.details)) for found in findings],
        ),
        notes=[
            *((strong(difference), word(f": {remedy}")) for difference, remedy in sorted(remedies.items())),
            *unknown,
        ],
        footnotes_title="Not compared",
        footnotes=sorted({line for account in accounts for line in account.not_compared}),
    )


def report_drift(directory: Path, run: Run, *, folder: Path) -> int:
    """Update the issue by the drift of all accounts, and by schedules that GitHub has stopped.

    Returns 0, drift or not, and 1 when declarations are wrong.

    Raises:
        UserError: the drift of an account is missing or not completely known; the issue stays as it is.
        GitHubError: GitHub could not be read or written.
    """
    declared = read(folder)
    for problem in declared.errors:
        say(f"error: {problem}")
    accounts = read_per_account(directory, declared.accounts, AccountDrift)
    if unknown := [line for account in accounts for line in account.unknown]:
        listed = "\n".join(f"  {line}" for line in unknown)
        raise UserError(f"not everything could be compared, so the issue about drift is not changed:\n{listed}")
    if not accounts:
        raise UserError("no account is declared, so nothing was compared and the issue about drift is not changed")
    report = drift_report(accounts)
    stopped = sorted(path for path, state in run.settings().workflow_states().items() if state == _IDLE)
    report = replace(
        report, notes=[*report.notes, *(f"error: GitHub has stopped the schedule of {path}" for path in stopped)]
    )
    text = as_markdown(report, sticky_issue.length(TOPIC))
    add_summary(text)
    clean = not stopped and not any(account.findings for account in accounts)
    sticky_issue.update(run.connect(), TOPIC, TITLE, text, over=clean)
    return 1 if declared.errors else 0
