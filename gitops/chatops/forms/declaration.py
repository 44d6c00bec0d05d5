"""From a form to the declaration of an ad hoc app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from constructs_lib.config.environments import parse_name, read
from constructs_lib.config.errors import DeclarationError
from gitops.chatops.forms.fields import FieldProblem
from gitops.errors import UserError
from gitops.init.new_declaration import MissingOptionsError, OptionsError, check_new, declaration_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.environments import Environments
    from constructs_lib.config.errors import Problem
    from constructs_lib.config.naming import EnvironmentName
    from gitops.chatops.forms.fields import Form

_KIND: Final = "ad-hoc-app"
_KIND_OF_BASE: Final = "ad-hoc-base"

_FIELDS: Final[Mapping[str, str]] = {
    "owner": "owner",
    "image": "image",
    "expires": "days",
    "services": "size",
    "schedule": "awake",
    "schedule.timezone": "timezone",
    "database": "seed_from",
    "database.seed_from": "seed_from",
    "": "name",
}
"""The field of the form that a field of the declaration is made of; what is not listed is as its first part."""


class FormError(UserError):
    """The form cannot be a declaration; `problems` is everything that is wrong with it."""

    def __init__(self, problems: Iterable[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{problem.label}: {problem.message}" for problem in self.problems))


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDeclaration:
    """The declaration that a form asks for."""

    name: EnvironmentName
    text: str


def declare(form: Form, login: str, folder: Path, today: date) -> NewDeclaration:
    """Return the declaration that a form asks for; its owner is `login` where the form names none.

    Raises:
        FormError: something is wrong with the form, or the declaration would not be valid beside those in `folder`.
    """
    if form.problems:
        raise FormError(form.problems)
    environments = read(folder, today=today)
    name = _name(form.values["name"], environments)
    options = {field: value for field, value in form.values.items() if field != "name"}
    options["owner"] = options.get("owner", login).removeprefix("@")
    try:
        text = declaration_text(_KIND, name, options, environments, today)
        check_new(folder, name, text, today)
    except MissingOptionsError as error:
        listed = ", ".join(error.options)
        message = f"{name.base} declares no {listed} for its environments, and the form cannot: add it to app_defaults"
        raise FormError([FieldProblem.of("", message)]) from error
    except OptionsError as error:
        raise FormError(FieldProblem.of(option, message) for option, message in error.problems.items()) from error
    except DeclarationError as error:
        raise FormError(_of_form(problem, name) for problem in error.problems) from error
    except UserError as error:
        raise FormError([FieldProblem.of("", str(error))]) from error
    return NewDeclaration(name=name, text=text)


def _name(written: str, environments: Environments) -> EnvironmentName:
    """Return the name of the new environment; the base may be left out where there is one. Raises FormError."""
    bases = sorted(
        base.folder for base in environments.names if base.is_base and _kind(environments, base) == _KIND_OF_BASE
    )
    known = ", ".join(bases) or "none"
    if "/" not in written and len(bases) != 1:
        raise _wrong_name(f"write BASE/NAME; the bases for it: {known}")
    try:
        name = parse_name(written if "/" in written else f"{bases[0]}/{written}")
    except ValueError as error:
        raise _wrong_name(str(error)) from error
    if name.folder not in bases:
        raise _wrong_name(f"{name.folder} is not a base for environments on demand; there are: {known}")
    if name in environments.names:
        raise _wrong_name(f"{name} is declared already; choose another name")
    return name


def _kind(environments: Environments, name: EnvironmentName) -> str:
    file = environments.unchecked(name)
    return file.kind if file else ""


def _wrong_name(message: str) -> FormError:
    return FormError([FieldProblem.of("name", message)])


def _of_form(problem: Problem, name: EnvironmentName) -> FieldProblem:
    """Return a problem of the declaration as one of the form; that of another file with its place."""
    if not problem.path.endswith(f"/{name}.yaml"):
        return FieldProblem.of("", str(problem))
    field = _FIELDS.get(problem.field) or _FIELDS.get(problem.field.partition(".")[0], "")
    message = problem.message if problem.field in _FIELDS else f"{problem.field}: {problem.message}"
    return FieldProblem.of(field, message)
