"""The grammar of the verbs that look at a change before it is made: `affected` and `plan`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gitops import help_texts

if TYPE_CHECKING:
    from gitops.access.arguments import AddVerb


def add_verbs(add: AddVerb, add_on_aws: AddVerb) -> None:
    """Add the verbs; the second function adds one that talks to AWS."""
    _add_affected(add)
    _add_plan(add_on_aws)


def _add_affected(add: AddVerb) -> None:
    text, examples = help_texts.AFFECTED, help_texts.AFFECTED_EXAMPLES
    affected = add("affected", "the environments that a change touches", text, examples)
    which = affected.add_mutually_exclusive_group(required=True)
    which.add_argument("--base", metavar="SHA", help="compare with this commit; zeros alone for nothing before")
    which.add_argument("--all", action="store_const", const=[], dest="names", help="all that is declared")
    which.add_argument("--accounts", action="store_true", help="the accounts that are declared")
    which.add_argument("names", nargs="*", default=[], metavar="NAME", help="an environment, as it is declared")
    affected.add_argument("--head", metavar="SHA", help="the commit that is compared (default: the files as they are)")


def _add_plan(add: AddVerb) -> None:
    plan = add("plan", "what a change would do to environments", help_texts.PLAN, help_texts.PLAN_EXAMPLES)
    of = plan.add_mutually_exclusive_group(required=True)
    of.add_argument("--base", metavar="REV", help="compare with where the branch left this git revision; asks no AWS")
    of.add_argument("--change-sets", type=Path, metavar="DIR", help="ask CloudFormation about the plan in this folder")
    plan.add_argument("--account", metavar="ACCOUNT", help="of which account: main for accounts/main.yaml")
    plan.add_argument("--output", type=Path, metavar="DIR", help="write it to this folder, for `gitops report plan`")
