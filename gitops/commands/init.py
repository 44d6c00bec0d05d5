"""`gitops init`: begin with your own application and accounts, in place of the sample."""

from __future__ import annotations

import shlex
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from gitops import git
from gitops.errors import UserError
from gitops.github.connection import identify
from gitops.github.model import RepositoryIdentity
from gitops.image_folders import dockerfiles
from gitops.init import origin
from gitops.init.answers import collect
from gitops.init.application import inspect
from gitops.init.changes import apply, check, plan, written
from gitops.init.code_owners import code_owners
from gitops.init.copilot import translate
from gitops.init.declared import declarations
from gitops.init.image_workflow import WORKFLOW, image_workflow
from gitops.output.progress import say
from gitops.output.report import Table, code, text_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from gitops.init.application import Application
    from gitops.init.changes import Change
    from gitops.init.variable_reads import Variable
    from gitops.init.variables import Environment
    from gitops.output.report import Cell


def init(
    *, folder: Path, options: Mapping[str, str], answers_file: Path | None, yes: bool, dry_run: bool, today: date
) -> int:
    """Write a team's first declarations and CODEOWNERS, and remove the sample. Returns 0.

    Nothing is written without consent to a table of all changes, or with `dry_run`.

    Raises:
        UserError: answers are wrong or missing, GitHub knows no such repository, the work tree has changes that are not
            committed, or nobody agreed. Nothing was written then.
    """
    answers = collect(options, answers_file, _ask if sys.stdin.isatty() else None)
    source, top = Path(answers["source"]), folder.resolve().parent
    application = inspect(source, answers)
    not_mapped = _use_manifests(application, Path(answers["from_copilot"])) if "from_copilot" in answers else []
    publisher = _identity(answers, "application_") if "application_repository" in answers else None
    wanted = declarations(answers, _identity(answers), publisher, application.fields(), today)
    reviewers = answers.get("reviewers", f"@{answers['owner']}")
    owners = code_owners(reviewers, answers.get("production_reviewers", reviewers))
    changes = plan(top, folder.resolve(), wanted, owners, source)
    if "upstream" in answers:
        changes.append(written(top, top / origin.FILE, origin.Origin(url=answers["upstream"]).text()))
    if publisher:
        changes.append(_workflow(answers, top))
    _show(application, changes)
    if not_mapped:
        say("\n".join(["What Copilot's manifests say and declarations do not:", *not_mapped]))
    if application.left_out:
        say("\n  ".join(["Processes that are not declared:", *application.left_out]))
    for line in _without_a_value(application.environment):
        say(line)
    if all(change.action == "keep" for change in changes):
        say("Nothing to do: every file is there, and nothing of the sample is.")
        return 0
    check(folder.resolve(), top, changes, today)
    if dry_run:
        say("Nothing was written: --dry-run.")
        return 0
    if changed := git.uncommitted(top):
        raise UserError("commit or stash these changes first, so that git can take init back:\n" + "\n".join(changed))
    if not yes:
        _agreed()
    apply(top, changes)
    say(_next_steps(answers, changes))
    return 0


def _next_steps(answers: Mapping[str, str], changes: Sequence[Change]) -> str:
    accounts = ["main", *(["prod"] if "production_account_id" in answers else [])]
    named = ["--dockerfile", answers["dockerfile"]] if "dockerfile" in answers else []
    commands = [
        shlex.join(["gitops", "local", "image", answers["image_repository"], answers["source"], *named]),
        "gitops local up",
        *(f"gitops bootstrap {account}" for account in accounts),
        "gitops local prepare",
        "gitops deploy --all",
        f"gitops open dev/{answers['app']}",
    ]
    lines = "\n".join(f"  {command}" for command in commands)
    written_bases = [change for change in changes if change.path.match("prod/base.yaml") and change.action != "keep"]
    without_alarms = (
        "Nobody is notified of production's alarms: add `alarm_email: ADDRESS` to environments/prod/base.yaml.\n"
        if "production_account_id" in answers and "production_alarm_email" not in answers and written_bases
        else ""
    )
    return (
        f"{without_alarms}Written and valid. Next: look at it with `git diff`, and commit it. Push it once the"
        " environments of GitHub have their rules. To see it on this machine"
        f" (docs/your-application.md#start):\n{lines}"
    )


def _use_manifests(application: Application, folder: Path) -> list[str]:
    """Put the services of Copilot's manifests in place of those found; return what of them is not mapped."""
    translated = translate(folder)
    application.replace_services(translated.proposals)
    return translated.not_mapped


def _identity(answers: Mapping[str, str], prefix: str = "") -> RepositoryIdentity:
    """Return the ids of a repository: those given, or GitHub's answer."""
    name = answers[f"{prefix}repository"]
    if f"{prefix}repository_id" not in answers:
        return identify(name)
    return RepositoryIdentity(
        name=name, id=int(answers[f"{prefix}repository_id"]), owner_id=int(answers[f"{prefix}owner_id"])
    )


def _workflow(answers: Mapping[str, str], top: Path) -> Change:
    """Return the workflow that builds the image, in the repository that has the application's source."""
    source = Path(answers["source"]).resolve()
    below = git.path_in_repository(source, "HEAD")
    repository = source.parents[len(below.parts) - 1] if below.parts else source
    if repository == top:
        raise UserError("--application-repository: the source is in this repository; leave the option out")
    accounts = {"main": answers["region"]}
    if "production_account_id" in answers:
        accounts["prod"] = answers.get("production_region", answers["region"])
    dockerfile = str(dockerfiles.find(source, answers.get("dockerfile")) or dockerfiles.PLACES[0])
    text = image_workflow(answers["image_repository"], below.as_posix(), dockerfile, accounts)
    return written(top, repository / WORKFLOW, text)


def _ask(question: str) -> str:
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def _agreed() -> None:
    if not sys.stdin.isatty():
        raise UserError("stdin is not a terminal; nothing was written. To continue without a question, pass --yes")
    if _ask("Write, replace and remove these files? Type yes: ").lower() not in {"y", "yes"}:
        raise UserError("nothing was written")


def _show(application: Application, changes: Sequence[Change]) -> None:
    found: list[list[Cell]] = [
        [code(proposal.field), _words(proposal.value), proposal.source] for proposal in application.proposals
    ]
    print(text_table(Table(headings=("field", "value", "read from"), rows=found)), end="\n\n")
    rows: list[list[Cell]] = [[change.action, code(str(change.path)), change.why] for change in changes]
    print(text_table(Table(headings=("action", "file", "why"), rows=rows)), flush=True)


def _without_a_value(environment: Environment) -> Iterator[str]:
    where = "in `environment` of dev/base.yaml, or names of secrets in `secrets`"
    if environment.missing:
        yield f"Required variables. Give them values {where}:\n{_places(environment.missing)}"
    if environment.uncertain:
        yield (
            "Variables that are required on some code paths. Give them values too if your environments take these:\n"
            f"{_places(environment.uncertain)}"
        )
    if environment.unset:
        names = ", ".join(variable.name for variable in environment.unset)
        yield "Optional variables:\n" + textwrap.indent(textwrap.fill(names, 116), "  ")


def _places(variables: Sequence[Variable]) -> str:
    return "\n".join(f"  {variable.name} ({variable.place})" for variable in variables)


def _words(value: object) -> str:
    return shlex.join(value) if isinstance(value, list) else str(value)
