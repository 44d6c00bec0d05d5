"""The environments that a command line names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.environments import load, parse_name
from gitops.errors import UserError
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterable
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


def select(folder: Path, texts: Iterable[str], today: date) -> list[Environment]:
    """Return the environments named in `texts`, or all that are declared in `folder` when none is.

    An error in a declaration that is neither named nor needed does not matter. Warnings go to standard error.

    Raises:
        DeclarationError: a declaration is wrong.
        UserError: what is named cannot be a name.
    """
    names = parse_names(texts)
    declared = load(folder, only=names or None, today=today)
    show_warnings(declared)
    return [declared[name] for name in names] or list(declared)


def show_warnings(declared: Environments) -> None:
    """Print what is doubtful about declarations on standard error."""
    for warning in declared.warnings:
        say(f"warning: {warning}")
