"""One command of a comment with its arguments, and the parsers of the arguments. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from constructs_lib.config.environments import parse_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from constructs_lib.config.naming import EnvironmentName

MAX_REASON_LENGTH: Final = 200
"""Longest reason of a lock, as the schema of declarations has it."""

TOKEN_PATTERN: Final = re.compile(r"[a-z2-7]{16}")

_DAYS: Final = re.compile(r"([1-9][0-9]{0,2})d")
_IMAGE: Final = re.compile(r"sha256:[0-9a-f]{64}|[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One command. `name` is None where it was left out; a verb has the arguments that its row of the table shows.

    `word` is the only argument where it may be the name of a base and the tag of an image: declarations decide.
    """

    verb: str
    name: EnvironmentName | None = None
    image: str = ""
    token: str = ""
    days: int = 0
    reason: str = ""
    word: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Return the command as it would be typed."""
        words = [str(self.name) if self.name else "", self.image, self.token, self.reason]
        words.append(f"{self.days}d" if self.days else "")
        return " ".join(["/" + self.verb, *filter(None, words)])


class ArgumentsError(Exception):
    """The arguments of a command are wrong; the message says what to write instead."""


@dataclass(slots=True)
class Words:
    """The words that follow a verb; a parser takes those that are its arguments."""

    left: list[str] = field(default_factory=list)

    def take(self, parse: Callable[[str], str | None]) -> str:
        """Return what `parse` makes of the next word and take it, or return nothing and leave it."""
        value = parse(self.left[0]) if self.left else None
        if value is None:
            return ""
        self.left.pop(0)
        return value

    def take_name(self) -> EnvironmentName | None:
        """Return the name that the next word is and take it, or None."""
        try:
            name = parse_name(self.left[0]) if self.left else None
        except ValueError:
            return None
        if name is not None:
            self.left.pop(0)
        return name


def parse_nothing(verb: str, _: Words) -> Order:
    """Parse the arguments of a command that has none."""
    return Order(verb=verb)


def parse_optional_name(verb: str, words: Words) -> Order:
    """Parse `[NAME]`."""
    return Order(verb=verb, name=words.take_name())


def parse_name_and_image(verb: str, words: Words) -> Order:
    """Parse `[NAME] [IMAGE]`."""
    first = words.left[0] if words.left else ""
    name = words.take_name()
    image = words.take(lambda word: word if _IMAGE.fullmatch(word) else None)
    word = first if name and not image and _IMAGE.fullmatch(first) else ""
    return Order(verb=verb, name=name, image=image, word=word)


def parse_name_and_token(verb: str, words: Words) -> Order:
    """Parse `NAME TOKEN`. Raises ArgumentsError without both."""
    name = words.take_name()
    token = words.take(lambda word: word if TOKEN_PATTERN.fullmatch(word) else None)
    if name is None or not token:
        raise ArgumentsError(f"write `/{verb} NAME TOKEN`, as the answer to `/destroy` says")
    return Order(verb=verb, name=name, token=token)


def parse_name_and_days(verb: str, words: Words) -> Order:
    """Parse `[NAME] 3d`. Raises ArgumentsError without a number of days."""
    days = words.take(_days)
    name = None if days else words.take_name()
    days = days or words.take(_days)
    if not days:
        raise ArgumentsError(f"write `/{verb} [NAME] 3d`, with a number of days from 1d to 999d")
    return Order(verb=verb, name=name, days=int(days))


def parse_name_and_reason(verb: str, words: Words) -> Order:
    """Parse `[NAME] REASON`, where the reason is the rest of the line. Raises ArgumentsError without one."""
    name = words.take_name()
    reason = " ".join(words.left)
    words.left = []
    if not reason:
        raise ArgumentsError(f"write `/{verb} NAME REASON`: say why, and until when")
    if len(reason) > MAX_REASON_LENGTH:
        raise ArgumentsError(f"the reason has {len(reason)} characters; at most {MAX_REASON_LENGTH} are allowed")
    return Order(verb=verb, name=name, reason=reason)


def _days(word: str) -> str | None:
    found = _DAYS.fullmatch(word)
    return found[1] if found else None
