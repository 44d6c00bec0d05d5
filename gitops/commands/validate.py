"""`gitops validate`: check all declarations and print their errors."""

import json
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Literal

from constructs_lib.config.environments import Environments, parse_name, read
from constructs_lib.config.errors import Problem
from constructs_lib.config.files import SUFFIX, file_of
from constructs_lib.config.naming import EnvironmentName
from gitops.errors import UserError
from gitops.git import added_since, changed_since
from gitops.github import codeowners

OutputFormat = Literal["text", "github", "json"]

SHOWN = 10
"""Most errors, and most warnings, that GitHub shows as annotations of one step; it drops the rest in silence.

https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations
"""


def validate(
    *,
    folder: Path,
    paths: Sequence[str],
    base: str | None,
    output_format: OutputFormat,
    issue: bool,
    today: date,
) -> int:
    """Check all declarations below `folder`, print their problems, and return 1 if one of them is an error.

    Files of production need owners of their own in the repository's CODEOWNERS, if it has one.

    All files are checked, since they depend on each other. In those that `paths` name or that changed since the
    revision `base`, a past `expires` is an error; in others it is a warning. Of two files that collide, the one that
    changed since `base` is wrong. A seed that is not declared is an error in files that were added since `base`.

    `text` has a line for each problem, `github` a workflow command that becomes an annotation of the pull request,
    and `json` is a list of objects with the keys path, line, column, field, message and severity. GitHub shows only
    the first annotations: those of files that are named or changed come first, and where there are more than it shows,
    the job's summary lists all. With `issue`, in a job, one issue of the repository says what is wrong, as long as
    something is.

    Raises UserError when a path names no declaration, when git cannot compare with `base`, or when GitHub refuses.
    """
    strict = {_named(path, folder) for path in paths}
    new: Collection[EnvironmentName] = ()
    established: Collection[EnvironmentName] = ()
    if base is not None:
        changed, new = changed_since(base, folder), added_since(base, folder)
        established = read(folder).names - changed
        strict |= changed
    environments = read(folder, today=today, strict=strict, new=new, established=established)
    problems = tuple(sorted([*environments.problems, *_unowned(environments, folder)]))
    checked = f"{_counted(len(environments.names), 'environment')} checked"
    if environments.wrong:
        checked += f", {len(environments.wrong)} of them cannot be deployed"
    if output_format == "github":
        first = {file_of(folder, name).as_posix() for name in strict}
        problems = tuple(sorted(problems, key=lambda problem: (problem.path not in first, problem)))
    sys.stdout.write(_FORMATS[output_format](problems))
    errors = [problem for problem in problems if problem.severity == "error"]
    summary = f"{_counted(len(errors), 'error')}, {_counted(len(problems) - len(errors), 'warning')}"
    print(f"{checked}: {summary}", file=sys.stderr)
    if output_format == "github" and max(len(errors), len(problems) - len(errors)) > SHOWN:
        _summarize(problems, summary)
    if issue:
        _keep_issue(errors)
    return 1 if errors else 0


def _summarize(problems: Sequence[Problem], counted: str) -> None:
    # As below.
    from gitops.github.actions import SUMMARY_BYTES, add_summary  # noqa: PLC0415
    from gitops.output import markdown  # noqa: PLC0415

    said = f"GitHub shows {SHOWN} errors and {SHOWN} warnings of a step as annotations"
    most = SUMMARY_BYTES // 4 - 1_000  # a character has at most four bytes
    listed = _text(problems)
    shown = listed if len(listed) <= most else f"{listed[:most]}…\n(shortened; the log has the rest)"
    add_summary(f"### Declarations: {counted}\n\n{said}. These are all:\n\n{markdown.block(shown, 'text')}")
    print(f"{said}; the summary of the job lists all", file=sys.stderr)


def _keep_issue(errors: Sequence[Problem]) -> None:
    # Here since most validations have no use for an HTTP client, which takes long to import.
    from gitops.github.actions import Run  # noqa: PLC0415
    from gitops.report.declarations import report_declarations  # noqa: PLC0415

    run = Run.from_environ()
    report_declarations(run.connect(), errors, sha=run.sha, run_url=run.url)


def _unowned(environments: Environments, folder: Path) -> Iterator[Problem]:
    """Yield production whose files have the owners of ad hoc environments, so that these can change it."""
    lines = codeowners.read(folder.resolve().parent)
    if lines is None:
        return
    top = folder.resolve().name
    others = [f"{top}/any-base/any-app{SUFFIX}", f"{top}/any-base/base{SUFFIX}"]
    for environment in environments.well_formed.values():
        fault = codeowners.fault_of(lines, f"{top}/{environment.name}{SUFFIX}", others)
        if environment.is_production and fault:
            path = f"{folder.as_posix()}/{environment.name}{SUFFIX}"
            remedy = f"add a line below it: /{top}/{environment.name.folder}/ and the owners of production"
            yield Problem(path, 1, 1, "kind", f"{environment.kind} is production, but {fault}; {remedy}")


def _named(path: str, folder: Path) -> EnvironmentName:
    try:
        name = parse_name(path)
    except ValueError as error:
        raise UserError(str(error)) from error
    if not file_of(folder, name).exists():
        raise UserError(f"{path}: the file {file_of(folder, name)} does not exist")
    return name


def _text(problems: Sequence[Problem]) -> str:
    return "".join(f"{problem}\n" for problem in problems)


def _json(problems: Sequence[Problem]) -> str:
    shown = [{key: value for key, value in asdict(problem).items() if key != "about"} for problem in problems]
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"


def _github(problems: Sequence[Problem]) -> str:
    """Return workflow commands.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    """
    return "".join(
        f"::{problem.severity} file={_property(problem.path)},line={problem.line},col={problem.column},"
        f"title={_property(problem.field or 'declaration')}::{_message(problem.message)}\n"
        for problem in problems
    )


def _message(text: str) -> str:
    """Escape a message: as https://github.com/actions/toolkit, packages/core/src/command.ts, does it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


_FORMATS: Mapping[OutputFormat, Callable[[Sequence[Problem]], str]] = {
    "text": _text,
    "json": _json,
    "github": _github,
}


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
