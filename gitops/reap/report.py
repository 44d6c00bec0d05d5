"""`gitops reap` and `gitops report reap`: the report of expired environments, and the notices to their owners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from constructs_lib.config.environments import read
from constructs_lib.config.model import AdHocAppConfig
from gitops.git import History
from gitops.github.actions import SUMMARY_BYTES, add_summary, set_outputs
from gitops.github.repository import BOT
from gitops.handoff import read_per_account
from gitops.output.progress import say
from gitops.output.report import Report, Table, as_markdown, code, strong, word
from gitops.reap.decision import decide, without_asked
from gitops.reap.expiry import AccountExpiry, deadline, require_declarations

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from constructs_lib.config.environments import Environment
    from gitops.github.actions import Run
    from gitops.github.repository import Repository
    from gitops.output.report import Inline
    from gitops.reap.decision import ReapDecision
    from gitops.reap.expiry import ExpiredEnvironment, ExpiringEnvironment, KeptEnvironment

OUTPUT = "removed_apps"

WORKFLOW = "reap.yml"
"""The workflow that destroys what has expired. A run of it can wait for an approval for 30 days."""

_HOUR = 3600
_BYTES_OF_A_CHARACTER = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpiryNotice:
    """A comment that warns an owner. `number` is that of the pull request; None when none made the environment."""

    expiring: ExpiringEnvironment
    number: int | None
    body: str


def expiry_report(
    *,
    expired: Iterable[ExpiredEnvironment],
    expiring: Iterable[tuple[ExpiringEnvironment, str]],
    kept: Iterable[KeptEnvironment],
    refused: Iterable[str] = (),
) -> Report:
    """Return the report of expired environments, for the terminal and for a summary.

    Each expiring environment comes with what was done about it. `refused` says why environments are not destroyed.
    """
    rows: list[tuple[Inline, ...]] = [
        (code(item.environment), strong("destroy"), item.reason)
        for item in sorted(expired, key=lambda item: item.environment)
    ]
    rows += [
        (code(item.environment), word("warn the owner"), word(f"expires in less than {item.hours} hours{done}"))
        for item, done in expiring
    ]
    rows += [(code(item.environment), word("keep"), item.reason) for item in kept]
    lines = [f"error: {reason}" for reason in refused]
    destroyed = sum(row[1] == strong("destroy") for row in rows)
    count = f"{destroyed} environment{' has' if destroyed == 1 else 's have'} expired"
    return Report(
        title=count if destroyed else "no environment has expired",
        lines=lines,
        table=Table(headings=("environment", "action", "reason"), rows=list(dict.fromkeys(rows))),
    )


def observation_report(observations: Sequence[AccountExpiry]) -> Report:
    """Return the report of what was found in accounts, before anything is decided."""
    return expiry_report(
        expired=[item for observation in observations for item in observation.expired],
        expiring=[(item, "") for observation in observations for item in observation.expiring],
        kept=[item for observation in observations for item in observation.kept],
    )


def report_reap(directory: Path, run: Run, *, folder: Path, now: datetime) -> int:
    """Decide by the observations of all accounts, warn owners, and set the output `removed_apps` for a matrix.

    Returns 1 when a base would lose more than it allows, none of whose environments is in the output, and when
    declarations are wrong.

    Raises:
        UserError: nothing is declared, or the observation of an account is missing, not valid or old.
        GitHubError: GitHub could not be read or written. In each case there is no output, so nothing is destroyed.
    """
    declared = read(folder)
    for problem in declared.errors:
        say(f"error: {problem}")
    require_declarations(declared)
    history = History(folder)
    history.require_whole()
    decision = decide(read_per_account(directory, declared.accounts, AccountExpiry), declared, now)
    repository = run.connect()
    decision = without_asked(decision, repository.unfinished_jobs(WORKFLOW), run.url)
    # All is read before anything is written: what cannot be listed completely changes nothing.
    notices = _due_notices(decision, repository, history, now)
    for notice in notices:
        if notice.number is not None:
            say(f"warned the owner: {repository.create_comment(notice.number, notice.body).url}")
    report = expiry_report(
        expired=[item for _, item in decision.destroyed],
        expiring=[(notice.expiring, _done(notice)) for notice in notices],
        kept=decision.kept,
        refused=decision.refused.values(),
    )
    add_summary(as_markdown(report, SUMMARY_BYTES // _BYTES_OF_A_CHARACTER))
    for reason in decision.refused.values():
        say(f"error: {reason}")
    set_outputs({OUTPUT: [job for job, _ in decision.destroyed]})
    return 1 if decision.refused or declared.errors else 0


def _done(notice: ExpiryNotice) -> str:
    return f"; warned in #{notice.number}" if notice.number else "; not warned: no pull request made it"


def _due_notices(decision: ReapDecision, repository: Repository, history: History, now: datetime) -> list[ExpiryNotice]:
    """Return the notices that were not given yet. Nothing is written.

    Raises:
        GitHubError: GitHub cannot list pull requests or comments.
    """
    notices = []
    for environment, expiring in decision.expiring:
        number = _pull_request_of(environment, repository, history)
        marker = f"<!-- gitops:expiry {expiring.environment} {expiring.expires} {expiring.hours} -->"
        if number is None or not _is_given(repository, number, marker):
            body = f"{marker}\n{_text(environment, expiring, now)}"
            notices.append(ExpiryNotice(expiring=expiring, number=number, body=body))
    return notices


def _pull_request_of(environment: Environment, repository: Repository, history: History) -> int | None:
    """Return the pull request that brought the file of an environment to the default branch."""
    commit = history.added(environment.name)
    merged = [found for found in repository.pull_requests_of(commit) if found.merged] if commit else []
    return merged[0].number if merged else None


def _is_given(repository: Repository, number: int, marker: str) -> bool:
    comments = (comment for comment in repository.comments(number) if comment.author == BOT and comment.by_bot)
    return any(comment.body.partition("\n")[0].strip() == marker for comment in comments)


def _text(environment: Environment, expiring: ExpiringEnvironment, now: datetime) -> str:
    config = environment.config
    # The schema allows nothing in a login that Markdown would read.
    owner = f"@{config.owner}: " if isinstance(config, AdHocAppConfig) else ""
    hours = max(1, round((deadline(expiring.expires) - now).total_seconds() / _HOUR))
    name = expiring.environment
    return (
        f"{owner}`{name}` expires in about {hours} hour{'' if hours == 1 else 's'}, at the end of {expiring.expires} "
        "(UTC). It is then destroyed with its database.\n\n"
        f"To keep it longer, comment `/extend {name} 3d`. To destroy it now, comment `/destroy {name}`."
    )
