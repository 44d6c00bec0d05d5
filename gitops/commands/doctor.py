"""`gitops doctor`: whether settings are as they have to be, those of the repository on GitHub or an application's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from constructs_lib.config.environments import load
from constructs_lib.config.files import SUFFIX
from constructs_lib.config.model import AppConfig
from constructs_lib.config.naming import ACCOUNTS_FOLDER, GITHUB_AD_HOC_APPROVAL, GITHUB_APPROVALS, EnvironmentName
from gitops.commands.selection import select
from gitops.errors import UserError
from gitops.github.actions import Run
from gitops.github.connection import connect_settings
from gitops.image_folders import mapping
from gitops.init.checklist import check
from gitops.init.python_source import PythonSource
from gitops.output.progress import say, without_workflow_commands
from gitops.output.report import Report, Table, show
from gitops.settings.check import check_all, check_application, check_for_job, stopping

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from gitops.settings.finding import SettingFinding

SERVER_URL = "https://github.com"


def doctor(
    *,
    folder: Path,
    job: str | None,
    application: str | None,
    source: Path | None,
    today: date,
    approval: str | None = None,
) -> int:
    """Print the settings of the repository on GitHub. Returns 1 unless all can be read and none is too weak.

    For `job`, an environment of GitHub, it asks what the token of a job in it may read, and prints what is wrong;
    `approval` is the environment whose reviewers have approved that job. For
    `application`, the name of an app, it prints what the settings of its Django project in `source` say, by default in
    the folder that stands for its image, and returns 1 when something is wrong.

    Raises:
        UserError: `source` is missing or given without `application`, `approval` is no such environment, or GitHub
            cannot be asked.
    """
    if application is not None:
        return _judge_application(folder, application, source, today)
    if source is not None:
        raise UserError("--source is the folder of an application: give --application FOLDER/NAME too")
    if job is not None:
        return _judge_job(job, approval)
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


def _judge_application(folder: Path, name: str, given: Path | None, today: date) -> int:
    (app,) = select(folder, [name], today).environments
    if not isinstance(app.config, AppConfig):
        raise UserError(f"{app.name} is no app, but {app.kind}; name an app, such as dev/alpha")
    checks = list(check(PythonSource(given or _folder_of(app.config)), app))
    rows = [(one.subject, one.state, one.found, one.remedy) for one in checks]
    wrong = sum(one.state == "wrong" for one in checks)
    unjudged = sum(one.state == "not judged" for one in checks)
    show(
        Report(
            title=f"{len(checks)} checks of {app.config.settings_module}: {wrong} wrong, {unjudged} not judged",
            table=Table(headings=("setting", "state", "found", "remedy"), rows=rows),
        )
    )
    return 1 if wrong else 0


def _folder_of(config: AppConfig) -> Path:
    """Return the folder that stands for the image of an app."""
    repository = config.repository
    rows = mapping.rows()
    for name in (str(config.own_image), repository, repository.rpartition("/")[2]):
        if name in rows:
            return rows[name].folder
    raise UserError(
        f"no folder stands for the image {repository}; give --source DIR, or: gitops local image {repository} DIR"
    )


def _judge_job(environment: str, approval: str | None) -> int:
    approvals = (*GITHUB_APPROVALS, GITHUB_AD_HOC_APPROVAL)
    if approval is not None and approval not in approvals:
        raise UserError(f"--approval: no job waits in {approval!r}; give one of {', '.join(approvals)}")
    run = Run.from_environ()
    findings = check_for_job(run.settings(), environment, approval)
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
