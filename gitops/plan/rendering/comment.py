"""The comment of a plan: what is most important first, and never longer than it may be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitops.output.markdown import fold, table
from gitops.plan.rendering import details
from gitops.plan.rendering.details import PAST
from gitops.plan.rendering.shown import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitops.plan.document import ChangeSets, Plan
    from gitops.plan.rendering.shown import Shown

HEADINGS = ("environment", "action", "resources", "USD a month", "will answer at", "expires", "known by")

TABLE_SHARE = 0.6
"""The part of a comment that its table may take up before rows are left out."""

EARLIER_BYTES = 8_000
"""Longest table of an earlier plan that is kept."""

_NOW = ("<!-- gitops:plan -->", "<!-- /gitops:plan -->")
_EARLIER = ("<!-- gitops:earlier-plan -->", "<!-- /gitops:earlier-plan -->")


def render(
    plan: Plan, change_sets: Iterable[ChangeSets], *, head: str, limit: int, run_url: str = "", former: str = ""
) -> str:
    """Return a plan as Markdown of at most `limit` bytes, which is also a limit of characters.

    `head` is the commit that it is for. What does not fit is shortened, the least important first; `run_url` is where
    all of it can be read. Of `former`, the comment that this one replaces, the table stays, folded.
    """
    environments = shown(plan, change_sets)
    now = _table(environments, int(limit * TABLE_SHARE))
    parts = [f"## Plan for {head[:12]}", _headline(environments), _between(_NOW, now) if environments else ""]
    parts += [_unchanged(plan.unchanged), *_refused(environments)]
    fixed = _joined(parts)
    shortened = _shortened(run_url)
    earlier = _earlier(now, former)
    room = limit - _size(fixed) - _size(shortened) - _size(earlier) - 8
    if room < 0:
        return _cut(fixed, limit - _size(shortened) - 4) + f"\n\n{shortened}"
    body, complete = _fill(environments, room)
    return _joined([fixed, body, "" if complete else shortened, earlier])


def _fill(environments: Sequence[Shown], room: int) -> tuple[str, bool]:
    """Return the details that there is room for, and whether that is all of them."""
    whole = {id(e): details.whole(e) for e in environments}
    short = {id(e): details.short(e) for e in environments}
    grants = {id(e): text for e in environments if (text := details.grants(e))}
    chosen: dict[int, str] = {}
    for environment in environments:
        brief = short[id(environment)]
        if _size(brief) + 2 <= room:
            chosen[id(environment)] = brief
            room -= _size(brief) + 2
    allowed: list[str] = []
    heading = _size(_GRANTS_HEADING) + 2
    for environment in environments:
        allows = grants.get(id(environment))
        if allows is not None and _size(allows) + 2 + heading <= room:
            allowed.append(allows)
            room -= _size(allows) + 2 + heading
            heading = 0
    for environment in environments:
        more = _size(whole[id(environment)]) - _size(short[id(environment)])
        if id(environment) in chosen and more <= room:
            chosen[id(environment)] = whole[id(environment)]
            room -= more
    complete = len(allowed) == len(grants) and chosen == whole
    return _joined([*chosen.values(), *([_GRANTS_HEADING, *allowed] if allowed else [])]), complete


_GRANTS_HEADING = "### Newly allowed"


def _headline(environments: Sequence[Shown]) -> str:
    if not environments:
        return "No environment is touched by this change."
    counts = {
        action: sum(e.planned.action == action for e in environments) for action in ("destroy", "update", "create")
    }
    parts = [f"{count} {PAST[action]}" for action, count in counts.items() if count]  # type: ignore[index]
    refused = sum(bool(environment.refusals) for environment in environments)
    warning = f"**{_count(refused, 'environment')} refused: the check fails.** " if refused else ""
    return f"{warning}Environments: {', '.join(parts)}."


def _table(environments: Sequence[Shown], room: int) -> str:
    rows: list[list[str]] = []
    for environment in environments:
        cells = details.row(environment)
        room -= _size(" | ".join(cells)) + 6
        if room < 0:
            rows.append([f"… and {len(environments) - len(rows)} more", *[""] * (len(HEADINGS) - 1)])
            break
        rows.append(cells)
    return table(HEADINGS, rows)


def _unchanged(count: int) -> str:
    return f"{_count(count, 'other environment')} unchanged." if count else ""


def _refused(environments: Iterable[Shown]) -> list[str]:
    lines = [line for environment in environments for line in details.refusals(environment)]
    return ["### Refused", "\n".join(lines)] if lines else []


def _shortened(run_url: str) -> str:
    where = f"[the summary of the run]({run_url})" if run_url else "the summary of the run"
    return f"Some of it is shortened or left out here; {where} has all of it."


def _earlier(now: str, former: str) -> str:
    """Return the table of the plan before this one, folded; one that says the same has its own earlier one."""
    table_before = _inside(_NOW, former)
    if table_before is not None and table_before.strip() == now.strip():
        table_before = _inside(_EARLIER, former)
    if table_before is None or _size(table_before) > EARLIER_BYTES:
        return ""
    return fold("An earlier plan", _between(_EARLIER, table_before.strip()))


def _between(marks: tuple[str, str], body: str) -> str:
    return f"{marks[0]}\n\n{body}\n\n{marks[1]}"


def _inside(marks: tuple[str, str], body: str) -> str | None:
    found = re.search(f"{re.escape(marks[0])}(.*?){re.escape(marks[1])}", body, re.DOTALL)
    return found[1] if found else None


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part)


def _count(count: int, noun: str) -> str:
    return f"{count} {noun} is" if count == 1 else f"{count} {noun}s are"


def _size(text: str) -> int:
    return len(text.encode())


def _cut(text: str, size: int) -> str:
    """Return the whole lines of a text that fit."""
    return text.encode()[:size].decode(errors="ignore").rpartition("\n")[0]
