"""What `gitops init` has to know: from options, from a file of answers, or asked on a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.config import loader
from constructs_lib.config.errors import DeclarationError, suggestion
from constructs_lib.config.schema import definitions, resolved, schema
from gitops.errors import UserError
from gitops.init import origin
from gitops.init.questions import DEFAULTS, FOLDERS, QUESTIONS, Question
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs_lib.config.schema import Schema


_PATTERNS: Mapping[str, tuple[str, str]] = {
    "app": (r"[a-z]([a-z0-9-]{0,18}[a-z0-9])?", "must be a name of a-z, 0-9 and hyphens, such as first"),
    "dockerfile": (r"[A-Za-z0-9_][A-Za-z0-9_./-]*", "must be a path below the source, such as docker/Dockerfile"),
    "health_check_path": (r"/[A-Za-z0-9_./~-]*", "must be a path, such as /healthz"),
    "upstream": (origin.URL_PATTERN, origin.URL_HELP),
    "reviewers": (r"@[A-Za-z0-9-]+(/[A-Za-z0-9_.-]+)?", "must be a team or a person of GitHub, such as @acme/platform"),
}
"""Answers that fill no field, or one of a service."""

Ask = Callable[[str], str]
"""Asks a person one question, and returns the answer: empty to leave it open."""


@dataclass(frozen=True, slots=True)
class _Given:
    """An answer, and where it stands: `--region`, or `answers.yaml:3:9: region`."""

    value: str
    place: str


def collect(options: Mapping[str, str], file: Path | None, ask: Ask | None) -> dict[str, str]:
    """Return all answers: options before those of the file, and with `ask` those that neither has.

    Raises:
        UserError: every answer that is wrong or missing, a line each.
    """
    given, problems = _of_file(file) if file else ({}, [])
    given |= {name: _Given(value, _flag(name)) for name, value in options.items()}
    if ask:
        given |= dict(_asked(given, ask))
    problems += [problem for name, answer in given.items() if (problem := _wrong(name, answer))]
    problems += _missing(given)
    if problems:
        raise UserError("these answers cannot be used; nothing was written\n" + "\n".join(problems))
    return {**DEFAULTS, **{name: answer.value for name, answer in given.items()}}


def _of_file(file: Path) -> tuple[dict[str, _Given], list[str]]:
    try:
        source = loader.load(file, str(file))
    except DeclarationError as error:
        return {}, [str(problem) for problem in error.problems]
    given, problems = {}, []
    for name in source.data:
        line, column = source.locate_key((name,))
        place = f"{file}:{line}:{column}: {name}"
        node = source.find((name,))
        if name not in QUESTIONS:
            problems.append(f"{place}: not an answer of gitops init{suggestion(name, QUESTIONS)}")
        elif node is None or node.children or isinstance(node.value, (dict, list)):
            problems.append(f"{place}: must be one value")
        elif node.value is not None:
            value = node.value if isinstance(node.value, str) else node.text or str(node.value)
            given[name] = _Given(str(file.parent / value) if name in FOLDERS else value, place)
    return given, problems


def _asked(given: Mapping[str, _Given], ask: Ask) -> Iterator[tuple[str, _Given]]:
    production = "production_account_id" in given
    for name, question in QUESTIONS.items():
        if name in given or (question.with_production and not production):
            continue
        if not (question.required or question.asked):
            continue
        while answer := ask(f"{question.text}: "):
            found = _Given(answer, name)
            if problem := _wrong(name, found):
                say(problem)
                continue
            production |= name == "production_account_id"
            yield name, found
            break


def _wrong(name: str, given: _Given) -> str | None:
    """Return what is wrong with an answer, with its place."""
    question, value = QUESTIONS[name], given.value
    if name in FOLDERS:
        return None if Path(value).is_dir() else f"{given.place}: {value} is not a folder"
    if pattern := _PATTERNS.get(name.removeprefix("production_")):
        return None if re.fullmatch(pattern[0], value) else f"{given.place}: {pattern[1]}, not {value!r}"
    limits = _limits(question)
    if limits.get("type") == "integer":
        fits = value.isascii() and value.isdigit() and limits["minimum"] <= int(value) <= limits["maximum"]
        return None if fits else f"{given.place}: must be a whole number from 1, not {value!r}"
    if not re.search(limits["pattern"].removesuffix("$") + r"\Z", value):
        return f"{given.place}: {limits['patternErrorMessage']}, not {value!r}"
    if len(value) > limits.get("maxLength", len(value)) or len(value) < limits.get("minLength", 0):
        return f"{given.place}: must have {limits.get('minLength', 0)} to {limits['maxLength']} characters"
    return None


def _limits(question: Question) -> Schema:
    """Return the part of the schema that limits an answer."""
    kind, *path = question.field
    part: Schema = schema()["$defs"][definitions()[kind]]
    for name in path:
        part = resolved(part["properties"][name])
    return part


def _missing(given: Mapping[str, _Given]) -> Iterator[str]:
    production = "production_account_id" in given
    for name, question in QUESTIONS.items():
        if name in given:
            if name.startswith("production_") and not production and name != "production_reviewers":
                yield f"{given[name].place}: has no effect without {_flag('production_account_id')}"
        elif question.required and (production or not question.with_production):
            yield f"{_flag(name)}: is missing: {question.text}"
    if production and "account_id" in given and given["production_account_id"].value == given["account_id"].value:
        yield f"{given['production_account_id'].place}: must be another account than that of ad hoc environments"
    for prefix in ("", "application_"):
        if (f"{prefix}owner_id" in given) != (f"{prefix}repository_id" in given):
            yield f"{_flag(f'{prefix}owner_id')} and {_flag(f'{prefix}repository_id')}: give both, or neither"
    if "application_repository_id" in given and "application_repository" not in given:
        yield f"{given['application_repository_id'].place}: has no effect without {_flag('application_repository')}"


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
