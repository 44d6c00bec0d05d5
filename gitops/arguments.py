"""The command line's grammar. What it parses has the names of the parameters of the command's function."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gitops import checkout
from gitops.access import arguments as access_arguments
from gitops.commands.new import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

_DESCRIPTION = """\
Django environments on AWS from YAML files: environments/ says what should exist, gitops makes AWS agree.

  gitops validate                    check the declarations; needs no AWS
  gitops local up                    start the embedded AWS of this machine
  gitops cost                        what it costs a month; needs no AWS
  gitops deploy --all                deploy what changed, bases first
  gitops status                      what is declared and what is deployed
  gitops logs dev/alpha              what it logs; also: shell, db, run
  gitops destroy dev/alpha           delete one environment

An environment is named as its file: dev/alpha is environments/dev/alpha.yaml, and dev is its base, dev/base.
While the embedded AWS of this checkout runs, commands talk to it; otherwise to AWS, with the usual AWS_* variables.
"""

_EXIT_CODES = """\
exit codes: 0 done, 1 something that you can put right, 2 the command line is wrong, 3 a bug of ours, 130 interrupted
"""

_VALIDATE = """\
Check every declaration and print what is wrong, as file:line:column: field: message. All files are checked, since
they depend on each other. In the files that are named, or changed since a revision, a past `expires` is an error; in
others it is a warning.
"""
_VALIDATE_EXAMPLES = """\
examples:
  gitops validate
  gitops validate environments/dev/alpha.yaml
  gitops validate --base origin/main --format github     in a pull request: annotations on the changed lines
"""
_SYNTH = """\
Write the CloudFormation templates of the environments named, or of all, and print where they are. Needs no AWS. When
neither declarations nor code have changed, the ones from last time are found at once.
"""
_COST = """\
Print what the environments named, or all, cost a month by list prices: an estimate from their templates, with what
it leaves out. docs/costs.md says how it is made. Asks no AWS.
"""
_COST_EXAMPLES = """\
examples:
  gitops cost
  gitops cost dev/alpha prod/app
  gitops cost --format json
"""
_DEPLOY = """\
Deploy environments: bases first, then the apps on them side by side. What has not changed is left alone, one that
fails does not stop the others, and the same command again goes on where an interrupted one stopped.
"""
_DEPLOY_EXAMPLES = """\
examples:
  gitops deploy --all
  gitops deploy dev dev/alpha        the base and one app on it
  gitops deploy --target aws --all   AWS itself, though the embedded one runs
"""
_DESTROY = """\
Delete the stack of one environment, whether its file still exists or not. Prints what will go and asks. A base is
only destroyed when no app is left on it, neither declared nor deployed.
"""
_DESTROY_EXAMPLES = """\
examples:
  gitops destroy dev/alpha
  gitops destroy dev/alpha --yes                         without a question
  gitops destroy prod/app --yes --confirm prod/app       production
"""
_BOOTSTRAP = """\
Set an AWS account up, with an administrator's credentials: deploy the stack of its declaration, run `cdk bootstrap`
in every region that declarations name, and print what to set on GitHub. The same again brings it up to date.
"""
_BOOTSTRAP_EXAMPLES = """\
examples:
  gitops bootstrap                   the account, when there is one
  gitops bootstrap main              the one of environments/accounts/main.yaml
"""
_STATUS = """\
Print every environment that is declared or deployed, with its state, owner, expiry and URL.
"""
_NEW = """\
Write a minimal declaration that is valid. KIND is account, ad-hoc-base, ad-hoc-app, prod-base or prod-app.
"""
_NEW_EXAMPLES = """\
examples:
  gitops new ad-hoc-app dev/gamma --owner octocat --image v1.4.2
  gitops new ad-hoc-base qa --domain qa.example.com --hosted-zone-id Z0123456789ABCDEFGHIJ
"""
_SCHEMA = """\
Print the reference of all fields of all kinds as Markdown; docs/declarations.md is this text.
"""
_LOCAL = """\
Start the embedded AWS of this checkout, stop it, or tell whether it runs. `up` and `status` print the variables with
which other tools reach it. What it holds is gone when it stops.
"""
_LOCAL_EXAMPLES = """\
examples:
  gitops local up
  eval "$(gitops local status)"; aws cloudformation list-stacks
"""


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
        description=_DESCRIPTION,
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_folder(whole, default=_default_folder())
    whole.set_defaults(today=datetime.now(UTC).date())
    verbs = whole.add_subparsers(dest="verb", required=True, metavar="VERB")

    validate = _add_verb(verbs, "validate", "check the declarations", _VALIDATE, _VALIDATE_EXAMPLES)
    validate.add_argument("paths", nargs="*", metavar="PATH", help="files or names to be strict about")
    validate.add_argument("--base", metavar="REV", help="be strict about the files changed since this git revision")
    validate.add_argument(
        "--format", dest="output_format", choices=("text", "github", "json"), default="text", help="default: text"
    )
    validate.add_argument(
        "--today", type=day, default=argparse.SUPPRESS, metavar="DATE", help="judge expiry as on this day, YYYY-MM-DD"
    )

    synth = _add_verb(verbs, "synth", "write the CloudFormation templates", _SYNTH)
    synth.add_argument("names", nargs="*", metavar="NAME", help="an environment; all when none is named")
    synth.add_argument(
        "--base", metavar="REV", help="fail when something that holds data is replaced since this git revision"
    )

    cost = _add_verb(verbs, "cost", "what environments cost a month", _COST, _COST_EXAMPLES)
    cost.add_argument("names", nargs="*", metavar="NAME", help="an environment; all when none is named")
    cost.add_argument("--format", dest="output_format", choices=("text", "json"), default="text", help="default: text")

    deploy = _add_verb(verbs, "deploy", "make AWS agree with declarations", _DEPLOY, _DEPLOY_EXAMPLES)
    selection = deploy.add_mutually_exclusive_group(required=True)
    selection.add_argument(
        "names", nargs="*", default=[], metavar="NAME", help="an environment, dev/alpha, or a base, dev"
    )
    selection.add_argument("--all", action="store_const", const=[], dest="names", help="every environment declared")
    _add_target(deploy)

    destroy = _add_verb(verbs, "destroy", "delete an environment", _DESTROY, _DESTROY_EXAMPLES)
    destroy.add_argument("name", metavar="NAME", help="an environment, dev/alpha, or a base, dev")
    destroy.add_argument("--yes", action="store_true", help="do not ask")
    destroy.add_argument(
        "--confirm", metavar="NAME", help="the name once more: needed for production and for what is protected"
    )
    destroy.add_argument("--region", help="look in this region too: for a base whose file is gone")
    _add_target(destroy)

    bootstrap = _add_verb_on_aws(verbs, "bootstrap", "set an AWS account up, once", _BOOTSTRAP, _BOOTSTRAP_EXAMPLES)
    bootstrap.add_argument("account", nargs="?", metavar="ACCOUNT", help="main for environments/accounts/main.yaml")

    status = _add_verb(verbs, "status", "what is declared and what is deployed", _STATUS)
    _add_target(status)

    access_arguments.add_verbs(partial(_add_verb_on_aws, verbs))

    new = _add_verb(verbs, "new", "write a minimal declaration", _NEW, _NEW_EXAMPLES)
    new.add_argument("kind", metavar="KIND", help="what it declares")
    new.add_argument("name", metavar="NAME", help="an environment, dev/gamma, or a base, qa")
    new.set_defaults(options={})
    for option, description in OPTIONS.items():
        flag = f"--{option.replace('_', '-')}"
        new.add_argument(flag, action=_IntoOptions, metavar="TEXT", default=argparse.SUPPRESS, help=description)

    _add_verb(verbs, "schema", "print the reference of all fields", _SCHEMA)

    local = _add_verb(verbs, "local", "the embedded AWS of this machine", _LOCAL, _LOCAL_EXAMPLES)
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
