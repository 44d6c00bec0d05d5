"""The command line's grammar. What it parses has the names of the parameters of the command's function."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gitops import checkout, help_texts
from gitops.access import arguments as access_arguments
from gitops.commands.new import OPTIONS
from gitops.deploy import arguments as deployment_arguments
from gitops.plan import arguments as plan_arguments
from gitops.promote import arguments as promotion_arguments
from gitops.report import arguments as reporting_arguments

if TYPE_CHECKING:
    from collections.abc import Sequence


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line. Ends the process with code 2 when it is wrong, and with 0 after --help."""
    # What follows `--` belongs to another program; argparse would look for options of ours in it.
    end = argv.index("--") if "--" in argv else len(argv)
    options, command = argv[:end], argv[end + 1 :]
    whole = parser()
    parsed = whole.parse_args(options)
    if command and "command" not in parsed:
        whole.error(f"{parsed.verb} takes no command, and so nothing after --")
    if "command" in parsed:
        parsed.command = tuple(command)
    return parsed


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    whole = argparse.ArgumentParser(
        prog="gitops",
        description=help_texts.DESCRIPTION,
        epilog=help_texts.EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_folder(whole, default=_default_folder())
    now = datetime.now(UTC)
    whole.set_defaults(today=now.date(), now=now)
    verbs = whole.add_subparsers(dest="verb", required=True, metavar="VERB")

    validate = _add_verb(verbs, "validate", "check the declarations", help_texts.VALIDATE, help_texts.VALIDATE_EXAMPLES)
    validate.add_argument("paths", nargs="*", metavar="PATH", help="files or names to be strict about")
    validate.add_argument("--base", metavar="REV", help="be strict about the files changed since this git revision")
    validate.add_argument(
        "--format", dest="output_format", choices=("text", "github", "json"), default="text", help="default: text"
    )
    validate.add_argument(
        "--today", type=day, default=argparse.SUPPRESS, metavar="DATE", help="judge expiry as on this day, YYYY-MM-DD"
    )

    synth = _add_verb(verbs, "synth", "write the CloudFormation templates", help_texts.SYNTH)
    synth.add_argument("names", nargs="*", metavar="NAME", help="an environment; all when none is named")
    synth.add_argument(
        "--base", metavar="REV", help="fail when something that holds data is replaced since this git revision"
    )

    cost = _add_verb(verbs, "cost", "what environments cost a month", help_texts.COST, help_texts.COST_EXAMPLES)
    cost.add_argument("names", nargs="*", metavar="NAME", help="an environment; all when none is named")
    cost.add_argument("--format", dest="output_format", choices=("text", "json"), default="text", help="default: text")

    plan_arguments.add_verbs(partial(_add_verb, verbs), partial(_add_verb_on_aws, verbs))

    deployment_arguments.add_verbs(partial(_add_verb_on_aws, verbs))
    promotion_arguments.add_verbs(partial(_add_verb, verbs), partial(_add_verb_on_aws, verbs))

    status = _add_verb(verbs, "status", "what is declared and what is deployed", help_texts.STATUS)
    _add_target(status)

    reporting_arguments.add_verbs(partial(_add_verb, verbs), partial(_add_verb_on_aws, verbs))
    access_arguments.add_verbs(partial(_add_verb_on_aws, verbs))

    new = _add_verb(verbs, "new", "write a minimal declaration", help_texts.NEW, help_texts.NEW_EXAMPLES)
    new.add_argument("kind", metavar="KIND", help="what it declares")
    new.add_argument("name", metavar="NAME", help="an environment, dev/gamma, or a base, qa")
    new.set_defaults(options={})
    for option, description in OPTIONS.items():
        flag = f"--{option.replace('_', '-')}"
        new.add_argument(flag, action=_IntoOptions, metavar="TEXT", default=argparse.SUPPRESS, help=description)

    _add_verb(verbs, "schema", "print the reference of all fields", help_texts.SCHEMA)

    local = _add_verb(verbs, "local", "the embedded AWS of this machine", help_texts.LOCAL, help_texts.LOCAL_EXAMPLES)
    local.add_argument("action", choices=("up", "down", "status"), help="start it, stop it, or tell whether it runs")
    return whole


def day(text: str) -> date:
    """Return the date that `text`, YYYY-MM-DD, means."""
    return date.fromisoformat(text)


class _IntoOptions(argparse.Action):
    """Collects the options that a kind of declaration may have in one mapping, `options`."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - the signature is argparse's
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,  # noqa: ARG002 - the same
    ) -> None:
        namespace.options = {**namespace.options, self.dest: values}


def _add_verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, summary: str, text: str, examples: str = ""
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(
        name,
        help=summary,
        description=text,
        epilog=examples or None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_folder(verb, default=argparse.SUPPRESS)
    return verb


def _add_verb_on_aws(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, summary: str, text: str, examples: str = ""
) -> argparse.ArgumentParser:
    verb = _add_verb(verbs, name, summary, text, examples)
    _add_target(verb)
    return verb


def _add_folder(parser: argparse.ArgumentParser, default: object) -> None:
    parser.add_argument(
        "--environments",
        dest="folder",
        type=Path,
        default=default,
        metavar="DIR",
        help="the folder of declarations (default: environments)",
    )


def _add_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--target",
        dest="requested_target",
        choices=("aws", "local"),
        help="AWS, or the embedded AWS of this checkout (default: AWS_ENDPOINT_URL; else the embedded one if it runs)",
    )


def _default_folder() -> Path:
    """Return the checkout's declarations, written as seen from the current folder."""
    return Path(os.path.relpath(checkout.ROOT / "environments"))
