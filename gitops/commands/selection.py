"""The environments that a command line names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from constructs_lib.config.environments import parse_name, read
from gitops.errors import UserError
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.environments import Environment, Environments
    from constructs_lib.config.naming import EnvironmentName


def parse_names(texts: Iterable[str]) -> list[EnvironmentName]:
    """Return the names in `texts`, each once. Raises UserError for what cannot be a name."""
    try:
        return list(dict.fromkeys(parse_name(text) for text in texts))
    except ValueError as error:
        raise UserError(str(error)) from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """The environments of a command line. `names` is None where they are all that is declared in the folder.

    `exit_code` is that of a command which has done its work for them: 1 where it left out what is wrong.
    """

    environments: Sequence[Environment]
    names: Sequence[EnvironmentName] | None
    exit_code: int


def select(folder: Path, texts: Iterable[str], today: date) -> Selection:
    """Return the environments named in `texts`, or all in `folder` that are right when none is.

    What is wrong with others does not matter to those that are named; without names it is printed, like warnings, on
    standard error.

    Raises:
        DeclarationError: a declaration that is named is not there, or it, its base or its account is wrong.
        UserError: what is named cannot be a name.
    """
    return choose(read(folder, today=today), parse_names(texts))


def choose(declared: Environments, names: Sequence[EnvironmentName]) -> Selection:
    """Return the environments `names`, or all that are right when there are none. Raises as `select`."""
    if names:
        environments = declared.require(names)
        for warning in declared.warnings_about(names):
            say(f"warning: {warning}")
        return Selection(environments=environments, names=names, exit_code=0)
    show_problems(declared)
    environments = list(declared)
    whole = not declared.errors
    return Selection(
        environments=environments, names=None if whole else [e.name for e in environments], exit_code=int(not whole)
    )


def show_problems(declared: Environments) -> None:
    """Print what is wrong and what is doubtful about declarations on standard error."""
    for problem in declared.problems:
        say(str(problem) if problem.severity == "error" else f"warning: {problem}")
    if declared.wrong:
        say(f"left out, because they are wrong: {', '.join(map(str, sorted(declared.wrong)))}")
