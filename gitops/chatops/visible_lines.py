"""The lines of a comment that GitHub shows as its author's own words.

Left out is what stands in code, quotes and HTML comments. Where Markdown leaves room for doubt a line is left out: no
line that GitHub shows as code or hides is ever taken for a command.
https://github.github.com/gfm/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_FENCE = re.compile(r"(?P<before>[ \t]*(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)*)(?P<fence>`{3,}(?!.*`)|~{3,})")
_CLOSING_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[ \t]*")
_CLOSING_FENCE_INDENT = 3
_HIDDEN_ENDS = {"<!--": "-->", "<pre": "</pre", "<blockquote": "</blockquote", "<code": "</code"}
_HIDDEN_START = re.compile("|".join(_HIDDEN_ENDS), re.IGNORECASE)


def visible_lines(body: str) -> Iterator[str]:
    """Yield the lines of a comment's Markdown that are neither code nor quoted nor hidden."""
    fence: re.Match[str] | None = None
    hidden_until = ""
    quoted = False
    for line in _LINE_BREAK.split(body):
        if fence is not None:
            fence = None if _closes(line, fence) else fence
        elif hidden_until:
            hidden_until = _hidden_after(line, hidden_until)
        elif line.lstrip(" \t").startswith(">"):
            quoted = True
        elif not line.strip():
            quoted = False
        elif (opened := _FENCE.match(line)) is not None:
            fence, quoted = opened, False
        else:
            # The line after a quote still belongs to it, unless one of them is empty.
            if not quoted:
                yield line
            hidden_until = _hidden_after(line, "")


def _closes(line: str, opened: re.Match[str]) -> bool:
    closing = _CLOSING_FENCE.fullmatch(line)
    return (
        closing is not None
        and closing["fence"][0] == opened["fence"][0]
        and len(closing["fence"]) >= len(opened["fence"])
        and len(closing["indent"]) <= max(_CLOSING_FENCE_INDENT, len(opened["before"]))
    )


def _hidden_after(line: str, hidden_until: str) -> str:
    """Return what ends the hidden part that the line leaves open; empty when it leaves none open."""
    position = 0
    lowered = line.lower()
    while True:
        if hidden_until:
            end = lowered.find(hidden_until, position)
            if end < 0:
                return hidden_until
            position, hidden_until = end + len(hidden_until), ""
        start = _HIDDEN_START.search(line, position)
        if start is None:
            return ""
        position, hidden_until = start.end(), _HIDDEN_ENDS[start[0].lower()]
