"""Answers to comments, as Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops.chatops.grammar import USAGE
from gitops.github.default_branch import Proposed
from gitops.output import markdown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops.chatops.decision import Refusal
    from gitops.chatops.grammar import Mistake, Order
    from gitops.github.default_branch import Committed

NOTHING_DONE = "Nothing of this comment was done."

_REASON_LENGTH = 6_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a step came to: Markdown, and whether what was ordered was done.

    `first_line` is what the comment begins with and nobody sees.
    """

    text: str
    done: bool = True
    first_line: str = ""


def written(order: Order) -> str:
    """Return an order as it would be typed, with its name filled in."""
    # A token names its environment.
    words = [str(order.name) if order.name and not order.token else "", order.image, order.token, order.reason]
    words.append(f"{order.days}d" if order.days else "")
    return " ".join(["/" + order.verb, *filter(None, words)])


def reply(order: Order, answer: Answer, run_url: str) -> str:
    """Return the comment that answers one order."""
    first_line = f"{answer.first_line}\n" if answer.first_line else ""
    return f"{first_line}{markdown.code(written(order))}\n\n{answer.text}\n\n{log(run_url)}"


def log(run_url: str) -> str:
    """Return a link to the log of the run."""
    return f"<sub>[log]({run_url})</sub>"


def help_table() -> str:
    """Return the table of commands."""
    rows = [(markdown.code(usage), meaning) for usage, meaning in USAGE.values()]
    note = "One command a line, at its start. NAME may be left out where the pull request touches one environment."
    return f"{markdown.table(('command', 'what it does'), rows)}\n\n{note}"


def mistakes(found: Iterable[Mistake]) -> str:
    """Return what is wrong with lines that are meant as commands."""
    lines = [f"- {markdown.code(mistake.line)}: {mistake.message}" for mistake in found]
    return "\n".join([f"{NOTHING_DONE}\n", *lines, "\n`/help` shows all commands."])


def refusals(found: Iterable[Refusal]) -> str:
    """Return why orders are not carried out."""
    lines = [f"- {markdown.code(written(refusal.order))}: {markdown.text(refusal.message)}" for refusal in found]
    return "\n".join([f"{NOTHING_DONE}\n", *lines])


def failure(message: str) -> str:
    """Return what went wrong, in words of AWS, GitHub and others."""
    return f"**This did not work.**\n\n{markdown.block(message[:_REASON_LENGTH])}"


def change(result: Committed | Proposed | None, done: str, already: str) -> str:
    """Return what became of a change of the default branch; `done` and `already` are Markdown."""
    if result is None:
        return already
    if not isinstance(result, Proposed):
        return f"{done} ({result.sha})"
    pull_request = result.pull_request
    how = (
        "GitHub merges it as soon as the rules of the branch allow; somebody may have to approve it."
        if result.merges_by_itself
        else "Somebody has to merge it."
    )
    return (
        f"The default branch is protected, so nothing has changed yet: #{pull_request.number} proposes it. {how} "
        "Checks that the branch requires start when somebody closes and reopens it."
    )
