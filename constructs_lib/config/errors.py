"""What can be wrong with a declaration, and where."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as field_
from typing import Literal

from constructs_lib.config.naming import EnvironmentName

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One thing wrong with one field. Lines and columns count from 1; `field` is empty for a whole file.

    `about` is the declaration that cannot be used because of it, where that is another one than the file's: an app is
    wrong by a default of its base, which other apps do not use.
    """

    path: str
    line: int
    column: int
    field: str
    message: str
    severity: Severity = "error"
    about: EnvironmentName | None = field_(default=None, compare=False)

    def __str__(self) -> str:
        """Return `path:line:column: field: message`, as compilers print it; a warning says that it is one."""
        where = f"{self.path}:{self.line}:{self.column}"
        severity = "warning" if self.severity == "warning" else ""
        return ": ".join(part for part in (where, severity, self.field, self.message) if part)


class DeclarationError(Exception):
    """The declarations cannot be used. Carries every problem that was found, sorted."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def suggestion(word: str, possibilities: Iterable[str]) -> str:
    """Return "; did you mean …?" with the closest possibility, or nothing if none is close."""
    close = difflib.get_close_matches(word, possibilities, n=1)
    return f"; did you mean {close[0]}?" if close else ""
