"""The fields of the form, and what somebody has written into them. Pure.

GitHub makes the body of an issue of a form: `### LABEL`, an empty line and the value for each field. Its author can
edit that body as any text, so that nothing about it is certain.
https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LABELS: Final[Mapping[str, str]] = {
    "name": "Name of the environment",
    "image": "Image tag",
    "owner": "Owner",
    "days": "Days",
    "size": "Size",
    "awake": "Hours",
    "timezone": "Time zone",
    "seed_from": "Copy the data of",
}
"""The labels of the form by the names of the workflow's inputs, in the order of both."""

REQUIRED: Final = ("name", "image")

BASE_SIZE: Final = "as the base says"
"""The size that says nothing."""

MOST_PROBLEMS: Final = 20
"""Problems that an answer lists."""

_WHOLE_FORM: Final = "The form"
_NO_RESPONSE: Final = "_No response_"
"""What GitHub writes for a field that was left empty."""

_HEADING: Final = "### "
_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")
_MOST_CHARACTERS: Final = 200
_SHOWN_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing that is wrong with the field of this label, or with the form as a whole."""

    label: str
    message: str

    @classmethod
    def of(cls, name: str, message: str) -> FieldProblem:
        """Return a problem with the field of this name; with the form where it has no such field."""
        return cls(LABELS.get(name, _WHOLE_FORM), message)


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """The values of the fields that were filled in, by name, and what is wrong with them by themselves."""

    values: Mapping[str, str]
    problems: tuple[FieldProblem, ...]


def read_issue(body: str) -> Form | None:
    """Return what an issue of the form says; None for an issue without the form's first heading."""
    lines = _LINE_BREAK.split(body)
    if _HEADING + LABELS["name"] not in lines:
        return None
    names = {label: name for name, label in LABELS.items()}
    written: dict[str, list[str]] = {}
    problems: list[FieldProblem] = []
    name: str | None = None
    for line in lines:
        if line.startswith(_HEADING):
            label = line.removeprefix(_HEADING)
            name = names.get(label.rstrip())
            if name is None or name in written:
                why = "appears twice" if name else "is not a field of the form"
                problems.append(FieldProblem(_WHOLE_FORM, f"the heading {label[:_SHOWN_CHARACTERS]!r} {why}"))
                name = None
            else:
                written[name] = []
        elif name is not None:
            written[name].append(line)
        elif line.strip() and not problems:
            problems.append(FieldProblem(_WHOLE_FORM, "there is text before the first heading"))
    values = {field: "\n".join(content).strip() for field, content in written.items()}
    return _checked({field: "" if value == _NO_RESPONSE else value for field, value in values.items()}, problems)


def read_inputs(inputs: Mapping[str, object]) -> Form:
    """Return what the inputs of the workflow say."""
    unknown = [FieldProblem(_WHOLE_FORM, f"there is no input {name!r}") for name in inputs if name not in LABELS]
    return _checked({name: str(inputs[name] or "").strip() for name in LABELS if name in inputs}, unknown)


def _checked(written: Mapping[str, str], problems: list[FieldProblem]) -> Form:
    values = {name: value for name, value in written.items() if value}
    if values.get("size") == BASE_SIZE:
        del values["size"]
    return Form(values=values, problems=(*problems, *_problems(values)))


def _problems(values: Mapping[str, str]) -> Iterator[FieldProblem]:
    for name in REQUIRED:
        if name not in values:
            yield FieldProblem.of(name, "is missing")
    for name, value in values.items():
        if "\n" in value:
            yield FieldProblem.of(name, "must be one line")
        elif len(value) > _MOST_CHARACTERS:
            yield FieldProblem.of(name, f"has {len(value):,} characters; {_MOST_CHARACTERS} are allowed")
        elif not value.isprintable():
            yield FieldProblem.of(name, "has characters that cannot be seen; type it again")
