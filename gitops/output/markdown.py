"""Markdown for comments, summaries and issues. What others wrote goes through `text`, `code` or `block` first.

https://github.github.com/gfm/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"[\\`*_{}\[\]()#+!|<>~&:/.=$-]")
_ENTITY = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_REFERENCE = re.compile(r"@|#(?=\d)|\bGH\\-(?=\d)", re.IGNORECASE)
"""What begins a mention or a reference to an issue, escaped or not, where a name or a number follows at once."""

_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?")

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Categories of characters that turn text around, hide in it, or are none."""

_BLANKS = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\ufe00-\ufe0f\uffa0]")
"""Invisible characters of other categories."""


def text(value: str) -> str:
    """Return text of others as plain words on one line: no markup, links, HTML, mentions or invisible characters."""
    escaped = _SPECIAL.sub(lambda found: _ENTITY.get(found[0], f"\\{found[0]}"), _line(value))
    return _REFERENCE.sub(r"\g<0>&#8203;", escaped)


def code(value: str) -> str:
    """Return a value as code on one line; in a table too."""
    line = _line(value).replace("|", "¦")
    if not line:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line}{fence}"


def block(value: str, language: str = "") -> str:
    """Return lines as a block of code, without invisible characters."""
    lines = "\n".join(_seen(line) for line in value.splitlines())
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", lines)), default=0))
    return f"{fence}{language}\n{lines}\n{fence}"


def link(url: str) -> str:
    """Return a URL as a link, or as code where it is not a URL that Markdown would leave as it is."""
    return f"<{url}>" if _URL.fullmatch(url) else code(url)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; headings and cells are Markdown already."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def fold(summary: str, body: str) -> str:
    """Return a body that opens with a click; the summary is HTML or plain words."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def _line(value: str) -> str:
    return _seen(re.sub(r"\s+", " ", value)).strip()


def _seen(value: str) -> str:
    seen = "".join(character for character in value if character == "\t" or category(character) not in _UNSEEN)
    return _BLANKS.sub("", seen)
