"""What a comment orders: one command a line, at the very start of the line. Pure."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, get_args

from constructs_lib.config.environments import parse_name
from gitops.chatops.visible_lines import command_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from constructs_lib.config.naming import EnvironmentName

Verb = Literal["plan", "deploy", "destroy", "confirm", "status", "extend", "sleep", "wake", "lock", "unlock", "help"]

USAGE: Final[Mapping[Verb, tuple[str, str]]] = {
    "plan": ("/plan", "shows again what merging this pull request does"),
    "deploy": ("/deploy [NAME] [IMAGE]", "deploys the environment as the default branch declares it, or a new image"),
    "destroy": ("/destroy [NAME]", "shows what destroying it takes away, and asks"),
    "confirm": ("/confirm TOKEN", "destroys what was asked about"),
    "status": ("/status", "shows the environments of this pull request, or all"),
    "extend": ("/extend [NAME] 3d", "moves the day on which it expires"),
    "sleep": ("/sleep [NAME]", "stops its tasks; its data stays"),
    "wake": ("/wake [NAME]", "starts its tasks again"),
    "lock": ("/lock [NAME] REASON", "nobody deploys or destroys it until it is unlocked"),
    "unlock": ("/unlock [NAME]", "ends that"),
    "help": ("/help", "shows this table"),
}
"""How each command is written, and what it does."""

MOST_ORDERS = 5
"""Commands that one comment may have."""

MOST_CANDIDATES = 50
"""Lines that begin with a slash and are looked at; a comment with more of them is refused."""

REASON_LENGTH = 200
"""Longest reason of a lock, as the schema of declarations has it."""

TOKEN_PATTERN = re.compile(r"[a-z2-7]{16}")

_WORD_LENGTH = 30
_LINE = re.compile(r"/(?P<word>[^\s/]+)(?P<rest>(?:\s.*)?)", re.DOTALL)
_DAYS = re.compile(r"([1-9][0-9]{0,2})d")
_IMAGE = re.compile(r"sha256:[0-9a-f]{64}|[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_ODD = "it has characters that are invisible or only look like others; type it again"
_NAME_OMITTED = "the name may be left out where the pull request touches exactly one environment"


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One command. `name` is None where it was left out; each verb has the arguments that USAGE shows."""

    verb: Verb
    name: EnvironmentName | None = None
    image: str = ""
    token: str = ""
    days: int = 0
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """A line that is meant as a command and is none. `line` is what somebody wrote, cut to a few words."""

    line: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a comment says: orders, each once, in their order, and mistakes."""

    orders: tuple[Order, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def read(body: str) -> Reading:
    """Return what a comment orders; nothing when no line of it is meant as a command."""
    orders: list[Order] = []
    mistakes: list[Mistake] = []
    candidates = 0
    for line in command_lines(body):
        found = _LINE.fullmatch(line)
        if found is None or len(found["word"]) > _WORD_LENGTH:
            continue  # prose, or a path
        candidates += 1
        if candidates > MOST_CANDIDATES:
            message = f"more than {MOST_CANDIDATES} lines begin with a slash; put commands in a comment of their own"
            return Reading(mistakes=(Mistake(line=_cut(line), message=message),))
        try:
            order = _order(found["word"], found["rest"])
        except _WrongError as error:
            mistakes.append(Mistake(line=_cut(line), message=str(error)))
            continue
        if order is not None and order not in orders:
            orders.append(order)
    if len(orders) > MOST_ORDERS:
        message = f"a comment may have {MOST_ORDERS} commands, and this one has {len(orders)}"
        mistakes.append(Mistake(line=_cut(body.strip()), message=message))
    return Reading(orders=tuple(orders), mistakes=tuple(mistakes))


class _WrongError(Exception):
    """A line is meant as a command and is none; the message says what to write instead."""


@dataclass(slots=True)
class _Words:
    """What follows the verb, taken word by word."""

    left: list[str] = field(default_factory=list)

    def take(self, parse: Callable[[str], str | None]) -> str:
        """Return what `parse` makes of the next word and take it, or return nothing and leave it."""
        value = parse(self.left[0]) if self.left else None
        if value is None:
            return ""
        self.left.pop(0)
        return value

    def name(self) -> EnvironmentName | None:
        """Return the name that the next word is and take it, or None."""
        try:
            name = parse_name(self.left[0]) if self.left else None
        except ValueError:
            return None
        if name is not None:
            self.left.pop(0)
        return name


def _order(word: str, rest: str) -> Order | None:
    """Return the command of a line, `/word` and the rest of it, or None when it is none. Raises _WrongError."""
    verb = next((verb for verb in get_args(Verb) if verb == word), None)
    if verb is None:
        _suggest(word, alone=not rest.strip())
        return None
    if not rest.strip():
        return _parse(verb, _Words())
    # A command must be what it looks like: nothing unseen, no letters of another alphabet, no spaces but plain ones.
    allowed = str.isprintable if verb == "lock" else _is_plain
    text = rest.replace("\t", " ").rstrip()
    if not allowed(text):
        raise _WrongError(_ODD)
    return _parse(verb, _Words(text.split(" ")))


def _suggest(word: str, *, alone: bool) -> None:
    """Raise _WrongError when a word that is no verb is meant as one."""
    close = difflib.get_close_matches(word.lower(), get_args(Verb), n=1, cutoff=0.7)
    if close and not _is_plain(word):
        raise _WrongError(_ODD)
    if close:
        raise _WrongError(f"there is no such command; did you mean `/{close[0]}`?")
    if alone and _is_plain(word) and word.isalpha():
        raise _WrongError("there is no such command; `/help` shows those there are")


def _parse(verb: Verb, words: _Words) -> Order:
    words.left = [word for word in words.left if word]
    order = _PARSERS.get(verb, _parse_nothing)(verb, words)
    if words.left:
        raise _WrongError(f"write `{USAGE[verb][0]}`; {_NAME_OMITTED}" if "NAME" in USAGE[verb][0] else _usage(verb))
    return order


def _parse_nothing(verb: Verb, _: _Words) -> Order:
    return Order(verb=verb)


def _parse_name(verb: Verb, words: _Words) -> Order:
    return Order(verb=verb, name=words.name())


def _parse_deploy(verb: Verb, words: _Words) -> Order:
    name = words.name()
    return Order(verb=verb, name=name, image=words.take(lambda word: word if _IMAGE.fullmatch(word) else None))


def _parse_confirm(verb: Verb, words: _Words) -> Order:
    token = words.take(lambda word: word if TOKEN_PATTERN.fullmatch(word) else None)
    if not token:
        raise _WrongError("write `/confirm TOKEN` with the token of the answer to `/destroy`")
    return Order(verb=verb, token=token)


def _parse_extend(verb: Verb, words: _Words) -> Order:
    days = words.take(_days)
    name = None if days else words.name()
    days = days or words.take(_days)
    if not days:
        raise _WrongError("write `/extend [NAME] 3d`: by how many days, from 1d to 999d")
    return Order(verb=verb, name=name, days=int(days))


def _days(word: str) -> str | None:
    found = _DAYS.fullmatch(word)
    return found[1] if found else None


def _parse_lock(verb: Verb, words: _Words) -> Order:
    name = words.name()
    reason = " ".join(words.left)
    words.left = []
    if not reason:
        raise _WrongError("write `/lock NAME REASON`: say why, and until when")
    if len(reason) > REASON_LENGTH:
        raise _WrongError(f"the reason has {len(reason)} characters, and {REASON_LENGTH} are allowed")
    return Order(verb=verb, name=name, reason=reason)


def _usage(verb: Verb) -> str:
    return f"write `{USAGE[verb][0]}`, and nothing else on the line"


_PARSERS: Final[Mapping[Verb, Callable[[Verb, _Words], Order]]] = {
    "deploy": _parse_deploy,
    "destroy": _parse_name,
    "confirm": _parse_confirm,
    "extend": _parse_extend,
    "sleep": _parse_name,
    "wake": _parse_name,
    "lock": _parse_lock,
    "unlock": _parse_name,
}


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _cut(line: str) -> str:
    return line if len(line) <= _WORD_LENGTH * 2 else f"{line[: _WORD_LENGTH * 2]}…"


def usage_rows() -> Sequence[tuple[str, str]]:
    """Return how each command is written and what it does, in the order of the table."""
    return list(USAGE.values())
