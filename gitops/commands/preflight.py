"""`gitops preflight`: whether the requirements of a deployment exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.aws import target
from gitops.aws.regions import Regions, require_account
from gitops.aws.session import Session
from gitops.cdk import synthesis
from gitops.commands.selection import select
from gitops.deploy.preflight.gate import Gate
from gitops.output.progress import say
from gitops.output.report import Report, Table, show

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from gitops.aws.target import TargetName
    from gitops.deploy.preflight.check import PreflightFinding


def preflight(*, folder: Path, names: Sequence[str], requested_target: TargetName | None, today: date) -> int:
    """Print what the environments `names`, or all, need and do not make themselves.

    Returns 1 when any of it is missing, or when declarations are wrong and were left out.
    """
    selected = select(folder, names, today)
    environments = selected.environments
    if not environments:
        say(f"no environment is declared in {folder}: nothing to check")
        return selected.exit_code
    aws = target.resolve(requested_target)
    session = Session(aws)
    places = {environment.place for environment in environments}
    require_account(session.introduce(min(places)), environments)
    assembly = synthesis.synthesise(folder, selected.names)
    regions = Regions(session, places)
    gate = Gate(session=session, regions=regions, assembly=assembly)
    findings = gate.inspect(environments, regions.stacks())
    show(preflight_report(findings))
    missing = sum(finding.state == "missing" for finding in findings)
    if missing and aws.embedded:
        say("the embedded AWS starts empty: gitops bootstrap, then gitops local prepare")
    return 1 if missing else selected.exit_code


def preflight_report(findings: Sequence[PreflightFinding]) -> Report:
    """Return the report of what environments need."""
    missing = sum(finding.state == "missing" for finding in findings)
    return Report(
        title=f"{missing} of {len(findings)} requirements missing" if missing else "no requirement is missing",
        table=Table(
            headings=("requirement", "needed by", "state", "reason"),
            rows=[
                (finding.subject, ", ".join(map(str, finding.environments)), finding.state, finding.why)
                for finding in findings
            ],
        ),
    )
