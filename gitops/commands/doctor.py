"""`gitops doctor`: whether the settings of the repository on GitHub are as docs/threat-model.md requires."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from constructs_lib.config.environments import load
from constructs_lib.config.files import SUFFIX
from constructs_lib.config.naming import ACCOUNTS_FOLDER, EnvironmentName
from gitops.github.actions import Run
from gitops.github.connection import connect_settings
from gitops.output.progress import say, without_workflow_commands
from gitops.output.report import Report, Table, show
from gitops.settings.check import check_all, check_application, check_for_job, stopping

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gitops.settings.finding import SettingFinding

SERVER_URL = "https://github.com"


def doctor(*, folder: Path, job: str | None) -> int:
    """Print the settings of the repository on GitHub. Returns 1 unless all can be read and none is too weak.

    For `job`, an environment of GitHub, it asks what the token of a job in it may read, and prints what is wrong.
    """
    if job is not None:
        return _judge_job(job)
    files = (folder / ACCOUNTS_FOLDER).glob(f"*{SUFFIX}")
    accounts = load(folder, only=[EnvironmentName.from_path(file) for file in files]).accounts
    settings = connect_settings(folder)
    server = os.environ.get("GITHUB_SERVER_URL", SERVER_URL)
    findings = check_all(settings, {name: account.id for name, account in sorted(accounts.items())})
    declared = [account.github.application for account in accounts.values() if account.github]
    applications = {application.repository for application in declared if application} - {settings.name}
    for name in sorted(applications):
        findings += check_application(connect_settings(folder, name))
    show(settings_report(findings, server, settings.name))
    return 0 if all(found.state == "good" for found in findings) else 1


def settings_report(findings: Sequence[SettingFinding], server: str, repository: str) -> Report:
    """Return the table of settings. `server` is the URL of GitHub, `repository` that of the environments."""
    weak = sum(found.state == "weak" for found in findings)
    unread = sum(found.state == "not readable" for found in findings)
    return Report(
        title=f"{len(findings)} settings: {weak} too weak, {unread} not readable",
        table=Table(
            headings=("setting", "state", "is", "must be", "change it at"),
            rows=[
                (
                    found.setting.replace("`", ""),
                    found.state,
                    found.found,
                    found.requirement.must.replace("`", ""),
                    "" if found.state == "good" else _page(found, server, repository),
                )
                for found in findings
            ],
        ),
    )


def _page(found: SettingFinding, server: str, repository: str) -> str:
    return f"{server}/{found.repository or repository}/{found.page or found.requirement.page}"


def _judge_job(environment: str) -> int:
    run = Run.from_environ()
    findings = check_for_job(run.settings(), environment)
    wrong = stopping(findings)
    for found in findings:
        if found in wrong:
            text = f"{found.setting}: {found.found}; must be: {found.requirement.must}"
        elif found.state == "not readable":
            text = f"{found.setting}: not checked ({found.found})"
        else:
            continue
        say(without_workflow_commands(text.replace("`", "")))
    if wrong:
        say("this job stops before it takes credentials. gitops doctor --github says where to change settings")
        return 1
    say(f"the settings of GitHub that guard {environment} are as required")
    return 0
