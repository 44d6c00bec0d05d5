"""From a comment to orders: one command a line, at the very start of the line. Pure."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Final

from gitops.chatops.comment_commands import command_of, verbs
from gitops.chatops.orders import ArgumentsError, Order, Words
from gitops.chatops.visible_lines import command_lines

MAX_ORDERS: Final = 5
"""Commands that one comment may have."""

MAX_CANDIDATES: Final = 50
"""Lines that begin with a slash and are looked at; a comment with more of them is refused."""

_WORD_LENGTH: Final = 30
_LINE: Final = re.compile(r"/(?P<word>[^\s/]+)(?P<rest>(?:\s.*)?)", re.DOTALL)
_ODD: Final = "it has invisible characters or letters of another alphabet that look alike; type it again"
_NAME_OMITTED: Final = "NAME may be omitted where the pull request touches exactly one environment"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """A line that is meant as a command and is wrong. `line` is the line as typed, cut to a few words."""

    line: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The orders of a comment, each once, in their order, and its mistakes."""

    orders: tuple[Order, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def read_comment(body: str) -> Reading:
    """Return the orders and mistakes of a comment; none when no line of it is meant as a command."""
    orders: list[Order] = []
    mistakes: list[Mistake] = []
    candidates = 0
    for line in command_lines(body):
        found = _LINE.fullmatch(line)
        if found is None or len(found["word"]) > _WORD_LENGTH:
            continue  # prose, or a path
        candidates += 1
        if candidates > MAX_CANDIDATES:
            message = f"more than {MAX_CANDIDATES} lines begin with a slash; put commands in a separate comment"
            return Reading(mistakes=(Mistake(line=_cut(line), message=message),))
        try:
            order = _parse_line(found["word"], found["rest"])
        except ArgumentsError as error:
            mistakes.append(Mistake(line=_cut(line), message=str(error)))
            continue
        if order is not None and order not in orders:
            orders.append(order)
    if len(orders) > MAX_ORDERS:
        message = f"a comment may have {MAX_ORDERS} commands, and this one has {len(orders)}"
        mistakes.append(Mistake(line=_cut(body.strip()), message=message))
    return Reading(orders=tuple(orders), mistakes=tuple(mistakes))


def _parse_line(word: str, rest: str) -> Order | None:
    """Return the command of a line, `/word` and the rest of it, or None for prose. Raises ArgumentsError."""
    if word not in verbs():
        _suggest(word, alone=not rest.strip())
        return None
    command = command_of(word)
    # A command must be what it looks like: nothing unseen, no letters of another alphabet, no spaces but plain ones.
    allowed = str.isprintable if command.free_text else _is_plain
    text = rest.replace("\t", " ").rstrip() if rest.strip() else ""
    if not allowed(text):
        raise ArgumentsError(_ODD)
    words = Words([each for each in text.split(" ") if each])
    order = command.parse(word, words)
    if words.left:
        hint = f"; {_NAME_OMITTED}" if command.names_environment else ", and nothing else on the line"
        raise ArgumentsError(f"write `{command.usage}`{hint}")
    return order


def _suggest(word: str, *, alone: bool) -> None:
    """Raise ArgumentsError when a word that is not a verb is meant as one."""
    close = difflib.get_close_matches(word.lower(), verbs(), n=1, cutoff=0.7)
    if close and not _is_plain(word):
        raise ArgumentsError(_ODD)
    if close:
        raise ArgumentsError(f"there is no such command; did you mean `/{close[0]}`?")
    if alone and _is_plain(word) and word.isalpha():
        raise ArgumentsError("there is no such command; `/help` shows all commands")


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _cut(line: str) -> str:
    return line if len(line) <= _WORD_LENGTH * 2 else f"{line[: _WORD_LENGTH * 2]}…"
