"""Answers to comments, as Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gitops.chatops.comment_commands import COMMENT_COMMANDS, WHO_MAY
from gitops.github.default_branch import Proposed
from gitops.output import markdown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops.chatops.decision import Refusal, Step
    from gitops.chatops.grammar import Mistake
    from gitops.chatops.orders import Order
    from gitops.chatops.request import Request
    from gitops.github.default_branch import Committed

NOTHING_RAN: Final = "No command in this comment was run."

_MAX_REASON_LENGTH: Final = 6_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The result of a step: Markdown, and whether the step did what was ordered.

    `first_line` is the first line of the comment; it is an HTML comment, so that GitHub does not show it.
    """

    text: str
    done: bool = True
    first_line: str = ""


def reply(order: Order, answer: Answer, run_url: str) -> str:
    """Return the comment that answers one order."""
    first_line = f"{answer.first_line}\n" if answer.first_line else ""
    return f"{first_line}{markdown.code(str(order))}\n\n{answer.text}\n\n{log_link(run_url)}"


def log_link(run_url: str) -> str:
    """Return a link to the log of the run."""
    return f"<sub>[log]({run_url})</sub>"


def command_table() -> str:
    """Return the table of commands for people; README.md has the same."""
    rows = [(markdown.code(each.usage), each.meaning, WHO_MAY[each.who]) for each in COMMENT_COMMANDS]
    return markdown.table(("comment", "to", "who may"), rows)


def show_help(_request: Request, _step: Step) -> Answer:
    """Answer `/help`."""
    note = (
        "One command a line, at the start of the line. NAME may be omitted where the pull request touches exactly one "
        "environment."
    )
    return Answer(text=f"{command_table()}\n\n{note}")


def mistakes(found: Iterable[Mistake]) -> str:
    """Return what is wrong with lines that are meant as commands."""
    lines = [f"- {markdown.code(mistake.line)}: {mistake.message}" for mistake in found]
    return "\n".join([f"{NOTHING_RAN}\n", *lines, "\n`/help` shows all commands."])


def refusals(found: Iterable[Refusal]) -> str:
    """Return why orders are not carried out."""
    lines = [f"- {markdown.code(str(refusal.order))}: {markdown.text(refusal.message)}" for refusal in found]
    return "\n".join([f"{NOTHING_RAN}\n", *lines])


def failure(message: str) -> str:
    """Return an error message of AWS, GitHub or another program as an answer."""
    return f"**Command failed.**\n\n{markdown.block(message[:_MAX_REASON_LENGTH])}"


def default_branch_change(result: Committed | Proposed | None, done: str, already: str) -> str:
    """Return the result of a change of the default branch; `done` and `already` are Markdown."""
    if result is None:
        return already
    if not isinstance(result, Proposed):
        return f"{done} ({result.sha})"
    pull_request = result.pull_request
    how = (
        "GitHub merges it as soon as the rules of the branch allow; it may need an approval."
        if result.merges_by_itself
        else "It has to be merged by hand."
    )
    answer = f"The default branch is protected, so nothing has changed yet: #{pull_request.number} proposes it. {how}"
    if result.checks_wait:
        answer += " Its checks start once a person with write permission selects *Approve workflows to run* on it."
    return answer
