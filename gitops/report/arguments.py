"""The grammar of the verbs that answer people on GitHub: `report`, `reap`, `drift` and `command`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gitops import help_texts

if TYPE_CHECKING:
    from gitops.access.arguments import AddVerb


def add_verbs(add: AddVerb, add_on_aws: AddVerb) -> None:
    """Add the verbs; the second function adds one that talks to AWS."""
    report = add("report", "tell people on GitHub what was found", help_texts.REPORT)
    report.add_argument("topic", choices=("deployment", "drift", "plan", "reap"), help="what the files are about")
    report.add_argument("directory", type=Path, metavar="DIR", help="the folder of the files")

    reap = add_on_aws("reap", "what has had its time", help_texts.REAP)
    _add_account(reap)

    drift = add_on_aws("drift", "what differs from the declarations", help_texts.DRIFT)
    _add_account(drift)

    command = add_on_aws("command", "do what a comment of a pull request says", help_texts.COMMAND)
    command.add_argument(
        "--perform", type=int, metavar="N", help="carry out step N (default: decide, answer and print the steps)"
    )


def _add_account(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--account", metavar="NAME", help="one account: main for environments/accounts/main.yaml")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write what was found to this file too, as JSON")
