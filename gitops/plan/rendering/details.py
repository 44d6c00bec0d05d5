"""What a comment says of one environment, as Markdown. Whatever others wrote is made harmless here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gitops.output.markdown import code, fold, text
from gitops.plan.rendering.shown import Shown, loses_data
from gitops.templates.words import cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops.plan.document import Change, ChangeAction, Cost, Grant, PlannedEnvironment

PAST: Mapping[ChangeAction, str] = {
    "destroy": "destroyed",
    "replace": "replaced",
    "update": "updated",
    "create": "created",
}

_GRAVE = {"destroy", "replace"}
_URL = re.compile(r"https://[a-z0-9.-]{1,253}(:[0-9]{1,5})?/?")
_TYPE = re.compile(r"[A-Za-z0-9]+::[A-Za-z0-9:]+")


def row(environment: Shown) -> list[str]:
    """Return the cells of an environment in the table on top; nothing in them is anybody's free text."""
    planned = environment.planned
    action = f"**{planned.action}**" if planned.action == "destroy" else planned.action
    return [
        code(planned.environment),
        f"**refused**: {action}" if environment.refusals else action,
        _counted(environment) or ("not known" if planned.incomparable else "nothing in AWS"),
        costs(planned),
        code(planned.url) if _URL.fullmatch(planned.url) else "",
        planned.expires,
        environment.precision,
    ]


def costs(planned: PlannedEnvironment) -> str:
    """Return what an environment costs a month before and after, in US dollars."""
    before, after = _dollars(planned.cost_before), _dollars(planned.cost_after)
    if planned.action == "update" and planned.incomparable:
        return f"? → {after}"
    return after if before == after else f"{before} → {after}"


def whole(environment: Shown) -> str:
    """Return all that is known of an environment, to be opened with a click."""
    lines = [*_notes(environment), *(_line(change) for change in environment.changes if change.action in _GRAVE)]
    lines += [_line(change) for change in environment.changes if change.action == "update"]
    lines += list(_created(environment))
    lines += [f"- changed: {', '.join(map(code, environment.planned.other))}"] if environment.planned.other else []
    return _folded(environment, lines)


def short(environment: Shown) -> str:
    """Return what must be seen of an environment: what is destroyed and replaced, and how much else there is."""
    lines = [*_notes(environment), *(_brief(change) for change in environment.changes if change.action in _GRAVE)]
    return _folded(environment, lines)


def grants(environment: Shown) -> str:
    """Return what is newly allowed in an environment, or nothing."""
    found = environment.planned.grants
    if not found:
        return ""
    lines = [_sentence(grant) for grant in found]
    return fold(f"<code>{environment.planned.environment}</code>: {len(found)} newly allowed", "\n".join(lines))


def refusals(environment: Shown) -> list[str]:
    """Return why an environment must not change like this, a line each."""
    return [f"- {code(environment.planned.environment)}: {text(refusal)}" for refusal in environment.refusals]


def _folded(environment: Shown, lines: list[str]) -> str:
    planned = environment.planned
    what = _counted(environment, bold=False) or "nothing in AWS"
    known = "not compared" if environment.precision == "not compared" else f"{what}, by {environment.precision}"
    return fold(f"<code>{planned.environment}</code>: {planned.action}, {known}", "\n".join(lines))


def _notes(environment: Shown) -> Iterator[str]:
    yield f"{text(environment.planned.reason)}."
    for note in environment.notes:
        yield f"\n**{text(note)}**"
    yield ""


def _counted(environment: Shown, *, bold: bool = True) -> str:
    parts = []
    for action, count in environment.counts.items():
        words = f"{count} {PAST[action]}"
        parts.append(f"**{words}**" if bold and action in _GRAVE else words)
    return ", ".join(parts)


def _line(change: Change) -> str:
    details = [_detail(detail.path, detail.before, detail.after) for detail in change.details]
    return _brief(change) + "".join(f"\n  - {line}" for line in details)


def _brief(change: Change) -> str:
    what = f"{PAST[change.action]}: {code(change.logical_id)} ({_type(change)})"
    if change.action in _GRAVE:
        what = f"**{what}**"
    holds = ", **holds data**" if loses_data(change) else ""
    return f"- {what}{holds}" + (f": {text(change.cause)}" if change.cause else "")


def _detail(path: str, before: str | None, after: str | None) -> str:
    if before is None and after is None:
        return code(path)
    if before is None:
        return f"{code(path)} is new: {code(after or '')}"
    if after is None:
        return f"{code(path)} goes, it was {code(before)}"
    return f"{code(path)}: {code(before)} → {code(after)}"


def _created(environment: Shown) -> Iterator[str]:
    by_type: dict[str, list[str]] = {}
    for change in environment.changes:
        if change.action == "create":
            by_type.setdefault(_type(change), []).append(code(change.logical_id))
    for kind, names in sorted(by_type.items()):
        yield f"- created: {len(names)} {kind}: {', '.join(names)}"


def _type(change: Change) -> str:
    return change.type if _TYPE.fullmatch(change.type) else code(change.type)


def _sentence(grant: Grant) -> str:
    who, what, on = code(grant.who), code(cut(grant.what, 500)), code(cut(grant.on, 500))
    sentence = {
        "policy": f"{who} may {what} on {on}",
        "trust": f"{who} may become {on} ({what})",
        "managed_policy": f"{who} gets the managed policy {what}",
        "boundary": f"{who} has another permissions boundary: {what}" if grant.what else f"{who} has no boundary",
        "deny_removed": f"{who} is no longer denied {what} on {on}",
        "identity": f"{who}, {what}, lets somebody in",
        "ingress": f"{who} lets in {what} from {on}",
        "egress": f"{who} lets out {what} to {on}",
    }[grant.kind]
    wide = grant.kind not in {"egress", "trust"} and (grant.on in {"*", "anywhere"} or "*" in grant.what.split(":"))
    when = f", when {code(grant.when)}" if grant.when else ""
    return f"- **{sentence}**{when}" if wide else f"- {sentence}{when}"


def _dollars(cost: Cost | None) -> str:
    if cost is None:
        return "0.00"
    least, most = f"{cost.least_usd:.2f}", f"{cost.most_usd:.2f}"
    figure = least if least == most else f"{least} to {most}"
    return f"{figure} and {cost.unpriced} unpriced" if cost.unpriced else figure
