"""Wrong declarations in a comparison: they are refused, and what a change makes right or wrong counts as touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.environments import read
from constructs_lib.config.model import CONFIG_OF_KIND
from gitops.affected.environment import AffectedEnvironment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from constructs_lib.config.environments import Environments
    from constructs_lib.config.naming import EnvironmentName
    from gitops.affected.environment import Action
    from gitops.affected.tree import Tree

NOW_WRONG = "a change of other declarations makes it wrong"
NOW_RIGHT = "it was wrong before, or collided with another one"


def turned(old: Tree, declared: Environments) -> dict[EnvironmentName, str]:
    """Return the environments of both sides that the change may have made right or wrong, each with the cause.

    Which of two that collide on the old side was deployed is not known here: each of them counts as wrong there.
    """
    old.write(old.declarations)
    before = read(old.folder)
    wrong = set(before.wrong)
    if wrong & before.well_formed.keys():
        wrong |= read(old.folder, established=wrong).wrong.keys()
    both = old.declarations.keys() & declared.names
    return {
        **dict.fromkeys(wrong & both & declared.by_name.keys(), NOW_RIGHT),
        **dict.fromkeys((declared.wrong.keys() & both) - wrong, NOW_WRONG),
    }


def refused_environments(
    old: Tree | None, reasons: Mapping[EnvironmentName, str], declared: Environments
) -> Iterator[AffectedEnvironment]:
    """Yield the environments of the new side that would be touched and are wrong."""
    for name in sorted(declared.wrong.keys() & reasons.keys()):
        is_new = old is None or name not in old.declarations
        yield refused_environment(name, declared, reasons[name], "create" if is_new else "update")


def refused_environment(
    name: EnvironmentName, declared: Environments, reason: str, action: Action
) -> AffectedEnvironment:
    """Return an environment that a change touches and that is not deployed, because its declaration is wrong."""
    file = declared.unchecked(name)
    return AffectedEnvironment(
        name=name,
        kind=file.kind if file and file.kind in CONFIG_OF_KIND else "",
        action=action,
        reason=reason,
        job=None,
        refused=f"its declaration is wrong: {'; '.join(map(str, declared.wrong[name]))}",
    )
