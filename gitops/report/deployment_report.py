"""The report of a deployment: a table of environments, what failed and why, and what to do next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitops.github.sticky_comment import COMMENT_LENGTH, marker
from gitops.output import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops.report.results import Record, RecordOutcome

TOPIC = "environments"
"""The sticky comment of a pull request that had the plan before the merge."""

LENGTH = COMMENT_LENGTH - len(marker(TOPIC)) - 1
"""Most characters of the report in a comment."""

PLAN_FOLLOWS = "<!-- gitops:before-the-merge -->"
"""The line after which the report keeps what the comment said before."""

_REASON_LENGTH = 4_000
_FOLDED = "What the plan was"
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?")

_IN_WORDS: dict[RecordOutcome, str] = {
    "superseded": "left to a newer change",
    "locked": "**locked, not deployed**",
    "skipped": "**skipped**",
    "failed": "**failed**",
    "not deployed": "gone already",
    "proposed": "**not destroyed yet**",
}

_NEXT: dict[RecordOutcome, str] = {
    "failed": "Put it right in another pull request, or try again as it is with a comment: `/deploy {name}`",
    "skipped": "When its base is deployed, comment: `/deploy {name}`",
    "locked": "Comment `/unlock {name}`, and when that is merged `/deploy {name}`",
    "proposed": "The default branch is protected: merge {url}. The deployment of that merge destroys {name}",
}


def render(records: Sequence[Record], *, sha: str, run_url: str, limit: int, before: str = "") -> str:
    """Return the report as Markdown of at most `limit` characters.

    `before` is what the comment said until now: folded where there is room, what the plan was stays readable. What
    does not fit is left out and said; the summary of the run has all of it.
    """
    head = f"### {_headline(records)}\n\nCommit {markdown.code(sha[:7])}, [log]({run_url})"
    rows = [_row(record) for record in records]
    details = [_detail(record) for record in records if record.outcome in _NEXT]
    table = markdown.table(("environment", "result", "address", "seconds"), rows) if rows else ""
    whole = "\n\n".join(filter(None, [head, table, *details]))
    plan = _plan(before)
    if len(whole) + len(plan) <= limit:
        return whole + plan
    if len(whole) <= limit:
        return whole
    return _cut(head, rows, details, limit)


def _headline(records: Sequence[Record]) -> str:
    failed = sum(record.failed for record in records)
    count = f"{len(records)} environment{'' if len(records) == 1 else 's'}"
    if not records:
        return "No environment was to be deployed or destroyed"
    return f"{failed} of {count} failed" if failed else f"{count}, as declared"


def _row(record: Record) -> tuple[str, str, str, str]:
    seconds = f"{record.seconds:.0f}" if record.seconds else ""
    outcome = _IN_WORDS.get(record.outcome, record.outcome)
    return markdown.code(record.environment), outcome, _link(record.url), seconds


def _link(url: str) -> str:
    return f"<{url}>" if _ADDRESS.fullmatch(url) else markdown.code(url)


def _detail(record: Record) -> str:
    reason = record.reason.strip()
    if len(reason) > _REASON_LENGTH:
        reason = f"{reason[:_REASON_LENGTH]}\n(cut; the log has the rest)"
    parts = [f"#### {markdown.code(record.environment)} {_IN_WORDS[record.outcome]}"]
    parts += [markdown.block(reason, "text")] if reason else []
    parts.append(_NEXT[record.outcome].format(name=record.environment, url=_link(record.url)) + ".")
    return "\n\n".join(parts)


def _plan(before: str) -> str:
    """Return what the comment said before the first report, folded, with the line that finds it again."""
    _, found, kept = before.partition(f"\n{PLAN_FOLLOWS}\n")
    said = before.partition("\n")[2].strip()
    folded = kept if found else markdown.fold(_FOLDED, said) if said else ""
    return f"\n\n{PLAN_FOLLOWS}\n{folded}" if folded else ""


def _cut(head: str, rows: Sequence[Sequence[str]], details: Sequence[str], limit: int) -> str:
    """Return what of a report fits: failures first, then as many rows as there is room for."""
    note = "\n\nThis is not all: the summary of the run has the rest."
    room = limit - len(head) - len(note) - 4
    shown = list(_while_fitting(details, room // 2, 2))
    room -= sum(len(detail) + 2 for detail in shown)
    table = markdown.table(("environment", "result", "address", "seconds"), [])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    fitting = list(_while_fitting(lines, room - len(table), 1))
    return "\n\n".join([head, "\n".join([table, *fitting]), *shown]) + note


def _while_fitting(texts: Sequence[str], room: int, gap: int) -> Iterator[str]:
    for text in texts:
        room -= len(text) + gap
        if room < 0:
            return
        yield text
