"""Owners of files by CODEOWNERS, and production whose owners are those of ad hoc environments.

https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FILE = ".github/CODEOWNERS"

_PARTS = re.compile(r"\*\*/|/\*\*$|\*\*|\*|\?|[^*?/]+|/")
_EXPRESSIONS = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnersLine:
    """A line of CODEOWNERS: a pattern, and the owners of what it fits; there may be none."""

    number: int
    pattern: str
    owners: tuple[str, ...]

    def fits(self, path: str) -> bool:
        """Return whether the pattern fits a file, by its path from the top of the repository.

        Patterns are those of .gitignore, without `!` and `[ ]`: one with a slash in it starts at the top, and one of
        a folder fits all below it, but `folder/*` what is right in it alone.
        """
        anchored = "/" in self.pattern.rstrip("/")
        body = "".join(_EXPRESSIONS.get(part, re.escape(part)) for part in _PARTS.findall(self.pattern.strip("/")))
        below = "/.*" if self.pattern.endswith("/") else "" if self.pattern.endswith("/*") else "(?:/.*)?"
        return re.fullmatch(("" if anchored else "(?:.*/)?") + body + below, path) is not None


def read(root: Path) -> list[OwnersLine] | None:
    """Return the lines of the CODEOWNERS of a checkout, or None where it has none."""
    file = root / FILE
    if not file.is_file():
        return None
    lines = file.read_text(errors="replace").splitlines()
    split = [(number, line.partition("#")[0].split()) for number, line in enumerate(lines, start=1)]
    return [OwnersLine(number=number, pattern=words[0], owners=tuple(words[1:])) for number, words in split if words]


def owner_of(lines: Sequence[OwnersLine], path: str) -> OwnersLine | None:
    """Return the line that decides about a file, the last that fits it; None where nobody owns it."""
    return next((line for line in reversed(lines) if line.fits(path)), None)


def fault_of(lines: Sequence[OwnersLine], path: str, others: Sequence[str]) -> str | None:
    """Return why nobody but the owners of `others` has to approve a file; None where somebody else has to."""
    line = owner_of(lines, path)
    if line is None or not line.owners:
        return f"{FILE} names no owner of it"
    if line in [owner_of(lines, other) for other in others]:
        return f"{FILE}:{line.number}: {line.pattern} gives it the owners of ad hoc environments"
    return None
