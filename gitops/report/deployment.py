"""The report of a deployment: a table of environments, what failed and why, and what to do next.

It is printed by `gitops deploy`, and `gitops report deployment` puts it into the pull request that was merged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitops.github import sticky_comment
from gitops.github.actions import SUMMARY_BYTES, add_summary
from gitops.github.sticky_comment import COMMENT_LENGTH, ENVIRONMENTS_TOPIC, marker
from gitops.output import markdown
from gitops.output.outcome import WORDING, summarize
from gitops.output.progress import say
from gitops.output.report import Detail, Report, Table, as_markdown, code, command, link, strong, word
from gitops.report import results as documents

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from gitops.github.actions import Run
    from gitops.github.model import PullRequest
    from gitops.github.repository import Repository
    from gitops.output.report import Inline, Span
    from gitops.report.results import EnvironmentResult

HEADINGS = ("environment", "kind", "result", "resources", "seconds", "URL")

LENGTH = COMMENT_LENGTH - len(marker(ENVIRONMENTS_TOPIC)) - 1
"""Most characters of the report in a comment."""

PLAN_FOLLOWS = "<!-- gitops:before-the-merge -->"
"""The line after which the comment keeps the plan that it had before the merge."""

MOST_COMMITS = 100
"""Most commits of a push whose pull requests are asked for, a request each: the largest group of a merge queue.

https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
"""

_BRANCH = "refs/heads/"
_REASON_LENGTH = 4_000
_BYTES_OF_A_CHARACTER = 4


def deployment_report(results: Sequence[EnvironmentResult], simulated: Collection[str] = ()) -> Report:
    """Return the report of deployments and destructions, for the terminal and for a comment.

    No program answers at the URLs of those that are `simulated`; the table says so instead.
    """
    return Report(
        title=summarize(result.outcome for result in results),
        table=Table(headings=HEADINGS, rows=[_row(result, simulated) for result in results]),
        details=[_detail(result) for result in results if result.reason or WORDING[result.outcome].next_step],
    )


def render(results: Sequence[EnvironmentResult], *, sha: str, run_url: str, limit: int, former: str = "") -> str:
    """Return the report as Markdown of at most `limit` characters.

    `former` is the comment that the report replaces: its plan stays, folded, where there is room.
    """
    report = deployment_report(results)
    commit = (word("Commit "), code(sha[:7]), word(f", [log]({run_url})"))
    text = as_markdown(Report(title=report.title, lines=[commit], table=report.table, details=report.details), limit)
    plan = _plan(former)
    return text + plan if len(text) + len(plan) <= limit else text


def report_deployment(directory: Path, run: Run) -> int:
    """Report the results in a folder: in the job's summary, and in the comment of the pull requests that were merged.

    Returns 0 whatever the results: the jobs that failed have said so.

    Raises:
        UserError: a result is missing or not valid.
        GitHubError: the comment could not be written; the summary is.
    """
    results = documents.read(directory)
    add_summary(render(results, sha=run.sha, run_url=run.url, limit=SUMMARY_BYTES // _BYTES_OF_A_CHARACTER))
    repository = run.connect()
    merged = _merged(repository, run) if results else []
    for pull_request in merged:
        comment = update_comment(repository, pull_request.number, results, sha=run.sha, run_url=run.url, create=True)
        say(f"reported in {comment}")
    if not merged:
        say("no pull request was merged by this push, so the report is in the summary of the run alone")
    return 0


def update_comment(
    repository: Repository,
    number: int,
    results: Sequence[EnvironmentResult],
    *,
    sha: str,
    run_url: str,
    create: bool,
) -> str:
    """Write the report into the comment that a pull request has about its environments; return its URL.

    Without such a comment one is made if `create` says so, and otherwise nothing is written. Raises GitHubError.
    """
    former = sticky_comment.find(repository, number, ENVIRONMENTS_TOPIC)
    if former is None and not create:
        return ""
    body = render(results, sha=sha, run_url=run_url, limit=LENGTH, former=former.body if former else "")
    return sticky_comment.put(repository, number, ENVIRONMENTS_TOPIC, body).url


def _row(result: EnvironmentResult, simulated: Collection[str]) -> tuple[Inline, ...]:
    wording = WORDING[result.outcome]
    label = strong(wording.label) if wording.next_step else word(wording.label)
    seconds = f"{result.seconds:.1f}" if result.seconds else ""
    resources = str(result.resources) if result.resources else ""
    url = word("simulated") if result.url and result.environment in simulated else link(result.url)
    return code(result.environment), word(result.kind), label, word(resources), word(seconds), url


def _detail(result: EnvironmentResult) -> Detail:
    reason = result.reason.strip()
    if len(reason) > _REASON_LENGTH:
        reason = f"{reason[:_REASON_LENGTH]}\n(shortened; the log has the rest)"
    wording = WORDING[result.outcome]
    return Detail(
        heading=(code(result.environment), word(" "), strong(wording.label)),
        text=reason,
        next_step=_next_step(wording.next_step, result),
    )


def _next_step(text: str, result: EnvironmentResult) -> tuple[str | Span, ...]:
    name = result.environment
    fields = {
        "deploy": command(f"deploy {name}"),
        "unlock": code(f"/unlock {name}"),
        "url": link(result.url),
        "name": code(name),
    }
    parts = re.split(r"\{([a-z]+)\}", text)
    return tuple(fields[part] if index % 2 else word(part) for index, part in enumerate(parts) if part)


def _plan(former: str) -> str:
    """Return the plan of a comment, folded, after the line that finds it again."""
    _, found, kept = former.partition(f"\n{PLAN_FOLLOWS}\n")
    plan = former.partition("\n")[2].strip()
    folded = kept if found else markdown.fold("Plan before the merge", plan) if plan else ""
    return f"\n\n{PLAN_FOLLOWS}\n{folded}" if folded else ""


def _merged(repository: Repository, run: Run) -> list[PullRequest]:
    """Return the pull requests that came to the default branch by the push that started this run, newest first.

    A merge queue merges a group of them in one push. Pull requests into other branches, whose commits come along
    with a merge of such a branch, are left out.
    """
    event = run.payload()
    if event.get("after") != run.sha:
        return []  # a run by hand is not about the newest commit
    # Oldest first, and 2,048 at most: https://docs.github.com/en/webhooks/webhook-events-and-payloads#push
    pushed = [commit["id"] for commit in reversed(event["commits"]) if commit["id"] != run.sha]
    asked, rest = pushed[: MOST_COMMITS - 1], pushed[MOST_COMMITS - 1 :]
    if rest:
        say(f"commits of this push beyond the {MOST_COMMITS} newest: {len(rest)}. Their pull requests get no report")
    branch = event["ref"].removeprefix(_BRANCH)
    found = {
        pull_request.number: pull_request
        for commit in [run.sha, *asked]
        for pull_request in repository.pull_requests_of(commit)
        if pull_request.merged and pull_request.base_ref == branch
    }
    return list(found.values())
