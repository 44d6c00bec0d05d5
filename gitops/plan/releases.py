"""What a plan says of the migrations of new versions, where their application is in the checkout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from constructs_lib.config.environments import load, parse_name
from constructs_lib.config.errors import DeclarationError
from gitops.promote import migrations
from gitops.templates.words import cut

if TYPE_CHECKING:
    from constructs_lib.config.environments import Environment
    from gitops.affected.tree import Tree
    from gitops.plan.document import Plan, PlannedEnvironment

MOST_WARNINGS = 20
WARNING_LENGTH = 1_000
"""Most warnings of one environment and most characters of each; document.py allows for more."""


def with_migrations(plan: Plan, old: Tree | None, new: Tree) -> Plan:
    """Return a plan with warnings about the migrations of versions that it releases.

    The application judges them: its code runs, in the version that a declaration names. So this is for a job that runs
    the code of the change anyway, and not for `/plan`, which takes declarations as data.
    """
    if old is None:
        return plan
    return replace(plan, environments=tuple(_judged(planned, old, new) for planned in plan.environments))


def _judged(planned: PlannedEnvironment, old: Tree, new: Tree) -> PlannedEnvironment:
    if planned.action != "update":
        return planned
    before, after = _declared(old, planned.environment), _declared(new, planned.environment)
    found = [cut(warning, WARNING_LENGTH) for warning in migrations.warnings(before, after, new.root)][:MOST_WARNINGS]
    return replace(planned, warnings=(*planned.warnings, *found))


def _declared(tree: Tree, environment: str) -> Environment | None:
    name = parse_name(environment)
    try:
        return load(tree.folder, only=[name])[name]
    except (DeclarationError, KeyError):
        return None
