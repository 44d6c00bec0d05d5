"""Markdown for comments, summaries and issues. What others wrote goes through `text`, `code` or `block` first.

https://github.github.com/gfm/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"[\\`*_{}\[\]()#+!|<>~&:/.-]")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_ENTITY = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def text(value: str) -> str:
    """Return what somebody wrote as plain words on one line: no markup, links, HTML or mentions, nothing unseen."""
    line = _INVISIBLE.sub("", re.sub(r"\s+", " ", value)).strip()
    # A mention needs its name to follow the @ at once.
    return _SPECIAL.sub(lambda found: _ENTITY.get(found[0], f"\\{found[0]}"), line).replace("@", "@&#8203;")


def code(value: str) -> str:
    """Return a value as code on one line; in a table too."""
    line = _INVISIBLE.sub("", re.sub(r"\s+", " ", value)).strip().replace("|", "¦")
    if not line:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line}{fence}"


def block(value: str, language: str = "") -> str:
    """Return lines as a block of code."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", value)), default=0))
    return f"{fence}{language}\n{value}\n{fence}"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; headings and cells are Markdown already."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def fold(summary: str, body: str) -> str:
    """Return a body that opens with a click; the summary is HTML or plain words."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"
