"""A plan as a comment: the most important first, and never longer than GitHub allows.

Text of others is escaped here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitops.output.markdown import code as as_code
from gitops.output.markdown import fold, text
from gitops.output.report import Table, as_inline, code, markdown_table, plain, strong, word
from gitops.plan.view import loses_data, merge_change_sets
from gitops.templates.words import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gitops.output.report import Cell, Inline, Span
    from gitops.plan.document import ChangeSets, Cost, Plan, PlannedEnvironment
    from gitops.plan.view import EnvironmentView
    from gitops.templates.differences import ChangeAction, Grant, ResourceChange

HEADINGS = ("environment", "action", "resources", "USD a month", "URL", "expires", "source")

TABLE_SHARE = 0.6
"""Share of a comment that its table may take before rows are left out."""

EARLIER_BYTES = 8_000
"""Longest table of an earlier plan that is kept."""

PAST: Mapping[ChangeAction, str] = {
    "destroy": "destroyed",
    "replace": "replaced",
    "update": "updated",
    "create": "created",
}

_SEVERE = {"destroy", "replace"}
_URL = re.compile(r"https://[a-z0-9.-]{1,253}(:[0-9]{1,5})?/?")
_TYPE = re.compile(r"[A-Za-z0-9]+::[A-Za-z0-9:]+")

_NOW = ("<!-- gitops:plan -->", "<!-- /gitops:plan -->")
_EARLIER = ("<!-- gitops:earlier-plan -->", "<!-- /gitops:earlier-plan -->")


def render(
    plan: Plan, change_sets: Iterable[ChangeSets], *, head: str, limit: int, run_url: str = "", former: str = ""
) -> str:
    """Return a plan as Markdown of at most `limit` bytes, which is also a limit of characters.

    `head` is the commit that it is for. What does not fit is shortened, the least important first; `run_url` is where
    all of it can be read. Of `former`, the comment that this one replaces, the table stays, folded.
    """
    environments = merge_change_sets(plan, change_sets)
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


def _fill(environments: Sequence[EnvironmentView], room: int) -> tuple[str, bool]:
    """Return the details that there is room for, and whether that is all of them."""
    whole = {id(e): _whole(e) for e in environments}
    short = {id(e): _short(e) for e in environments}
    grants = {id(e): text for e in environments if (text := _grants(e))}
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


_GRANTS_HEADING = "### New permissions"


def _headline(environments: Sequence[EnvironmentView]) -> str:
    if not environments:
        return "This change affects no environment."
    counts = {
        action: sum(e.planned.action == action for e in environments) for action in ("destroy", "update", "create")
    }
    parts = [f"{count} {PAST[action]}" for action, count in counts.items() if count]  # type: ignore[index]
    refused = sum(bool(environment.refusals) for environment in environments)
    warning = f"**{_count(refused, 'environment')} refused: the check fails.** " if refused else ""
    return f"{warning}Environments: {', '.join(parts)}."


def _table(environments: Sequence[EnvironmentView], room: int) -> str:
    whole = plan_table(environments)
    rows: list[Sequence[Cell]] = []
    for row in whole.rows:
        room -= _size(" | ".join(as_inline(cell) for cell in row if not isinstance(cell, list))) + 6
        if room < 0:
            rows.append([word(f"… and {len(environments) - len(rows)} more"), *[""] * (len(HEADINGS) - 1)])
            break
        rows.append(row)
    return markdown_table(Table(headings=HEADINGS, rows=rows))


def _unchanged(count: int) -> str:
    return f"{_count(count, 'other environment')} unchanged." if count else ""


def _refused(environments: Iterable[EnvironmentView]) -> list[str]:
    lines = [line for environment in environments for line in _refusals(environment)]
    return ["### Refused", "\n".join(lines)] if lines else []


def _shortened(run_url: str) -> str:
    where = f"[the summary of the run]({run_url})" if run_url else "the summary of the run"
    return f"This plan is shortened; {where} has all of it."


def _earlier(now: str, former: str) -> str:
    """Return the table of the plan before this one, folded; one that says the same has its own earlier one."""
    table_before = _inside(_NOW, former)
    if table_before is not None and table_before.strip() == now.strip():
        table_before = _inside(_EARLIER, former)
    if table_before is None or _size(table_before) > EARLIER_BYTES:
        return ""
    return fold("Previous plan", _between(_EARLIER, table_before.strip()))


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


def plan_table(environments: Sequence[EnvironmentView]) -> Table:
    """Return the table of a plan, for the terminal and for a comment; no free text is in it."""
    return Table(headings=HEADINGS, rows=[_row(environment) for environment in environments])


def _row(environment: EnvironmentView) -> tuple[Inline, ...]:
    planned = environment.planned
    action = strong(planned.action) if planned.action == "destroy" else word(planned.action)
    counts = _counts(environment)
    url = code(planned.url) if _URL.fullmatch(planned.url) else word("")
    return (
        code(planned.environment),
        (strong("refused"), word(": "), action) if environment.refusals else action,
        counts if counts else word("not known" if planned.incomparable else "no resources"),
        word(_costs(planned)),
        url,
        word(planned.expires),
        word(environment.source),
    )


def _counts(environment: EnvironmentView) -> tuple[Span, ...]:
    """Return how many resources are destroyed, replaced, updated and created."""
    parts: list[Span] = []
    for action, count in environment.counts.items():
        text = f"{count} {PAST[action]}"
        parts += [word(", ")] if parts else []
        parts.append(strong(text) if action in _SEVERE else word(text))
    return tuple(parts)


def _costs(planned: PlannedEnvironment) -> str:
    """Return the cost of an environment before and after, in US dollars a month."""
    before, after = _dollars(planned.cost_before), _dollars(planned.cost_after)
    if planned.action == "update" and planned.incomparable:
        return f"? → {after}"
    return after if before == after else f"{before} → {after}"


def _whole(environment: EnvironmentView) -> str:
    """Return all details of an environment, folded."""
    lines = [*_notes(environment), *(_line(change) for change in environment.changes if change.action in _SEVERE)]
    lines += [_line(change) for change in environment.changes if change.action == "update"]
    lines += list(_created(environment))
    lines += [f"- changed: {', '.join(map(as_code, environment.planned.other))}"] if environment.planned.other else []
    return _folded(environment, lines)


def _short(environment: EnvironmentView) -> str:
    """Return the most important details of an environment, folded: what is destroyed and replaced, and all notes."""
    lines = [*_notes(environment), *(_brief(change) for change in environment.changes if change.action in _SEVERE)]
    return _folded(environment, lines)


def _grants(environment: EnvironmentView) -> str:
    """Return the new permissions in an environment, or nothing."""
    found = environment.planned.grants
    if not found:
        return ""
    lines = [_sentence(grant) for grant in found]
    return fold(
        f"<code>{environment.planned.environment}</code>: {len(found)} new permission{'' if len(found) == 1 else 's'}",
        "\n".join(lines),
    )


def _refusals(environment: EnvironmentView) -> list[str]:
    """Return why an environment must not change like this, a line each."""
    return [f"- {as_code(environment.planned.environment)}: {text(refusal)}" for refusal in environment.refusals]


def _folded(environment: EnvironmentView, lines: list[str]) -> str:
    planned = environment.planned
    what = plain(_counts(environment)) or "no resources"
    known = "not compared" if environment.source == "not compared" else f"{what}, from {environment.source}"
    return fold(f"<code>{planned.environment}</code>: {planned.action}, {known}", "\n".join(lines))


def _notes(environment: EnvironmentView) -> Iterator[str]:
    yield f"{text(environment.planned.reason)}."
    for note in environment.notes:
        yield f"\n**{text(note)}**"
    yield ""


def _line(change: ResourceChange) -> str:
    details = [_detail(detail.path, detail.before, detail.after) for detail in change.details]
    return _brief(change) + "".join(f"\n  - {line}" for line in details)


def _brief(change: ResourceChange) -> str:
    what = f"{PAST[change.action]}: {as_code(change.logical_id)} ({_type(change)})"
    if change.action in _SEVERE:
        what = f"**{what}**"
    holds = ", **holds data**" if loses_data(change) else ""
    return f"- {what}{holds}" + (f": {text(change.cause)}" if change.cause else "")


def _detail(path: str, before: str | None, after: str | None) -> str:
    if before is None and after is None:
        return as_code(path)
    if before is None:
        return f"{as_code(path)} is added: {as_code(after or '')}"
    if after is None:
        return f"{as_code(path)} is removed, was {as_code(before)}"
    return f"{as_code(path)}: {as_code(before)} → {as_code(after)}"


def _created(environment: EnvironmentView) -> Iterator[str]:
    by_type: dict[str, list[str]] = {}
    for change in environment.changes:
        if change.action == "create":
            by_type.setdefault(_type(change), []).append(as_code(change.logical_id))
    for kind, names in sorted(by_type.items()):
        yield f"- created: {len(names)} {kind}: {', '.join(names)}"


def _type(change: ResourceChange) -> str:
    return change.type if _TYPE.fullmatch(change.type) else as_code(change.type)


def _sentence(grant: Grant) -> str:
    who, what, on = as_code(grant.who), as_code(cut(grant.what, 500)), as_code(cut(grant.on, 500))
    sentence = {
        "policy": f"{who} may {what} on {on}",
        "trust": f"{who} may assume {on} ({what})",
        "managed_policy": f"{who} gets the managed policy {what}",
        "boundary": f"{who} has another permissions boundary: {what}"
        if grant.what
        else f"{who} has no permissions boundary",
        "deny_removed": f"{who} is no longer denied {what} on {on}",
        "identity": f"{who} ({what}) is a new identity",
        "ingress": f"{who} allows inbound {what} from {on}",
        "egress": f"{who} allows outbound {what} to {on}",
    }[grant.kind]
    wide = grant.kind not in {"egress", "trust"} and (grant.on in {"*", "anywhere"} or "*" in grant.what.split(":"))
    when = f", when {as_code(grant.when)}" if grant.when else ""
    return f"- **{sentence}**{when}" if wide else f"- {sentence}{when}"


def _dollars(cost: Cost | None) -> str:
    if cost is None:
        return "0.00"
    least, most = f"{cost.least_usd:.2f}", f"{cost.most_usd:.2f}"
    figure = least if least == most else f"{least} to {most}"
    return f"{figure} and {cost.unpriced} unpriced" if cost.unpriced else figure
