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
from gitops.plan import arguments as plan_arguments
from gitops.promotion import arguments as promotion_arguments

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

    deploy = _add_verb(
        verbs, "deploy", "make AWS agree with declarations", help_texts.DEPLOY, help_texts.DEPLOY_EXAMPLES
    )
    selection = deploy.add_mutually_exclusive_group(required=True)
    selection.add_argument(
        "names", nargs="*", default=[], metavar="NAME", help="an environment, dev/alpha, or a base, dev"
    )
    selection.add_argument("--all", action="store_const", const=[], dest="names", help="every environment declared")
    deploy.add_argument(
        "--unless-superseded-by",
        type=Path,
        metavar="DIR",
        help="leave alone what this checkout of the newest default branch has otherwise",
    )
    _add_reporting(deploy)
    _add_target(deploy)

    destroy = _add_verb(verbs, "destroy", "delete an environment", help_texts.DESTROY, help_texts.DESTROY_EXAMPLES)
    destroy.add_argument("name", metavar="NAME", help="an environment, dev/alpha, or a base, dev")
    destroy.add_argument("--yes", action="store_true", help="do not ask")
    destroy.add_argument(
        "--confirm", metavar="NAME", help="the name once more: needed for production and for what is protected"
    )
    destroy.add_argument("--region", help="look in this region too: for a base whose file is gone")
    destroy.add_argument(
        "--only-expired", action="store_true", help="with --github: only what the default branch lets expire or has not"
    )
    _add_reporting(destroy)
    _add_target(destroy)

    promotion_arguments.add_verbs(partial(_add_verb, verbs), partial(_add_verb_on_aws, verbs))

    bootstrap = _add_verb_on_aws(
        verbs, "bootstrap", "set an AWS account up, once", help_texts.BOOTSTRAP, help_texts.BOOTSTRAP_EXAMPLES
    )
    bootstrap.add_argument("account", nargs="?", metavar="ACCOUNT", help="main for environments/accounts/main.yaml")

    status = _add_verb(verbs, "status", "what is declared and what is deployed", help_texts.STATUS)
    _add_target(status)

    report = _add_verb(verbs, "report", "tell people on GitHub what was found", help_texts.REPORT)
    report.add_argument("topic", choices=("deployment", "drift", "plan", "reap"), help="what the files are about")
    report.add_argument("directory", type=Path, metavar="DIR", help="the folder of the files")

    reap = _add_verb_on_aws(verbs, "reap", "what has had its time", help_texts.REAP)
    _add_account(reap)

    drift = _add_verb_on_aws(verbs, "drift", "what differs from the declarations", help_texts.DRIFT)
    _add_account(drift)

    access_arguments.add_verbs(partial(_add_verb_on_aws, verbs))

    command = _add_verb_on_aws(verbs, "command", "do what a comment of a pull request says", help_texts.COMMAND)
    command.add_argument(
        "--perform", type=int, metavar="N", help="carry out step N (default: decide, answer and print the steps)"
    )

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


def _add_reporting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--github", action="store_true", help="in a job of GitHub Actions: act and report there too")
    parser.add_argument("--results", type=Path, metavar="DIR", help="write what became of it to this folder, as JSON")


def _add_account(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--account", metavar="NAME", help="one account: main for environments/accounts/main.yaml")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write what was found to this file too, as JSON")


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
