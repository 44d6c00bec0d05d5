"""Two states of the repository compared: which environments differ, and how.

`compare` decides for `gitops affected`, for `gitops plan`, and for a deployment that asks whether a newer change has
touched the same environment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from constructs_lib.config.environments import load
from gitops.affected import candidates, earlier, removals, renames
from gitops.affected.environment import AffectedEnvironment, same_stack, turn
from gitops.cdk import synthesis
from gitops.github.job_matrix import entry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from constructs_lib.config.environments import Environment, Environments
    from constructs_lib.config.naming import EnvironmentName
    from gitops.affected.earlier import Earlier
    from gitops.affected.tree import Tree

ADDED = "its file is new"
NOTHING_BEFORE = "there is nothing to compare with"


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What differs, in the order of deployment, and how many of the new side's environments do not.

    `environments` are the resolved declarations of the new side: of all that is affected and not gone, at least.
    """

    affected: tuple[AffectedEnvironment, ...]
    environments: Mapping[EnvironmentName, Environment]
    unchanged: int

    def find(self, name: EnvironmentName) -> AffectedEnvironment | None:
        """Return the environment of a name, or None where the change does not touch it."""
        return next((environment for environment in self.affected if environment.name == name), None)


def compare(old: Tree | None, new: Tree, *, only: Collection[EnvironmentName] | None = None) -> Comparison:
    """Return what differs between two states of the repository. With None for `old`, everything is new.

    Each side is synthesised with its own code from its own declarations, and no more of it than the files that differ
    may touch: nothing at all where they touch nothing. `only` leaves out all other names on both sides, so that the
    question about one environment takes one synthesis a side; removals are counted all the same.

    Whether the old side is valid does not matter: what cannot be synthesised there counts as touched, and its
    `incomparable` says why. Python packages are those that are installed: where the lock files differ in one that
    templates are made with, everything counts as touched.

    Raises:
        DeclarationError: a declaration of the new side that may be touched, or one that it needs, is wrong.
        UserError: the new side cannot be synthesised.
    """
    renamed = {} if old is None else _renamed(old, new)
    removed = [] if old is None else removals.removed(old, new, renamed)
    reasons = _reasons(old, new)
    if only is not None:
        removed = [environment for environment in removed if environment.name in only]
        reasons = {name: reason for name, reason in reasons.items() if name in only}
    before = earlier.NOTHING if old is None else earlier.synthesise(old, new, reasons, [e.name for e in removed])
    new.write(reasons)
    declared = load(new.folder, only=reasons) if reasons else None
    touched = [] if declared is None else list(_touched(new, reasons, declared, before, renamed))
    gone = [replace(environment, before=before.stacks.get(environment.name)) for environment in removed]
    considered = new.declarations.keys() if only is None else new.declarations.keys() & set(only)
    return Comparison(
        affected=tuple(sorted([*touched, *gone], key=turn)),
        environments={} if declared is None else declared.by_name,
        unchanged=len(considered) - len(touched),
    )


def _renamed(old: Tree, new: Tree) -> dict[EnvironmentName, EnvironmentName]:
    gone = old.declarations.keys() - new.declarations.keys()
    added = new.declarations.keys() - old.declarations.keys()
    return renames.find(
        {name: old.declarations[name] for name in gone}, {name: new.declarations[name] for name in added}
    )


def _reasons(old: Tree | None, new: Tree) -> dict[EnvironmentName, str]:
    """Return what may be touched on the new side, each with what may touch it."""
    if old is None:
        return dict.fromkeys(new.declarations, NOTHING_BEFORE)
    added = new.declarations.keys() - old.declarations.keys()
    return candidates.candidates(old, new) | dict.fromkeys(added, ADDED)


def _touched(
    new: Tree,
    reasons: Mapping[EnvironmentName, str],
    declared: Environments,
    before: Earlier,
    renamed: Mapping[EnvironmentName, EnvironmentName],
) -> Iterator[AffectedEnvironment]:
    """Yield those that are new, whose own file changed, or whose stack would not be the same."""
    stacks = synthesis.synthesise(new.folder, list(reasons), new.root).stacks
    old_names = {after: former for former, after in renamed.items()}
    for name, reason in reasons.items():
        is_new = reason in {ADDED, NOTHING_BEFORE}
        former, stack = before.stacks.get(name), stacks[name.stack]
        same = former is not None and same_stack(former, stack)
        if same and reason != candidates.FILE:
            continue
        why = f"{old_names[name]}.yaml was renamed to its file" if name in old_names else reason
        yield AffectedEnvironment(
            name=name,
            kind=declared[name].kind,
            action="create" if is_new else "update",
            reason=f"{why}, its stack does not" if same else why,
            job=entry(declared[name], declared),
            before=former,
            after=stack,
            incomparable="" if is_new or former else before.reason(name),
            renamed_from=old_names.get(name),
        )
