"""The grammar of the verbs that change what AWS has: `deploy`, `destroy` and `bootstrap`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gitops import help_texts

if TYPE_CHECKING:
    from gitops.access.arguments import AddVerb


def add_verbs(add: AddVerb) -> None:
    """Add the verbs; the function adds one that talks to AWS."""
    _add_deploy(add)
    _add_destroy(add)
    _add_bootstrap(add)


def _add_deploy(add: AddVerb) -> None:
    deploy = add("deploy", "make AWS agree with declarations", help_texts.DEPLOY, help_texts.DEPLOY_EXAMPLES)
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


def _add_destroy(add: AddVerb) -> None:
    destroy = add("destroy", "delete an environment", help_texts.DESTROY, help_texts.DESTROY_EXAMPLES)
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


def _add_bootstrap(add: AddVerb) -> None:
    bootstrap = add("bootstrap", "set an AWS account up, once", help_texts.BOOTSTRAP, help_texts.BOOTSTRAP_EXAMPLES)
    bootstrap.add_argument("account", nargs="?", metavar="ACCOUNT", help="main for environments/accounts/main.yaml")


def _add_reporting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--github", action="store_true", help="in a job of GitHub Actions: act and report there too")
    parser.add_argument("--results", type=Path, metavar="DIR", help="write what became of it to this folder, as JSON")
