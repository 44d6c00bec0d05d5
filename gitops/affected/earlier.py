"""The side before a change, synthesised as far as that is possible."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError
from gitops.cdk import synthesis
from gitops.errors import UserError
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from constructs_lib.config.naming import EnvironmentName
    from gitops.affected.tree import Tree
    from gitops.cdk.assembly import SynthesisedStack

FAILED = "what was declared before cannot be synthesised any more"


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """The stacks of the side before a change, and why others cannot be compared with it."""

    stacks: Mapping[EnvironmentName, SynthesisedStack] = field(default_factory=dict)
    reasons: Mapping[EnvironmentName, str] = field(default_factory=dict)

    def reason(self, name: EnvironmentName) -> str:
        """Return why an environment that was declared cannot be compared."""
        return self.reasons.get(name, FAILED)


NOTHING = Earlier()


def synthesise(
    old: Tree, new: Tree, compared: Iterable[EnvironmentName], removed: Collection[EnvironmentName]
) -> Earlier:
    """Return what `old` made of the environments that are compared and of those that are gone.

    Whatever is wrong with it does not matter: an error says why an environment has no stack here.
    """
    before = {name for name in compared if name in old.declarations}
    reasons: dict[EnvironmentName, str] = {}
    if old.packages != new.packages:
        reasons = dict.fromkeys(before, _packages(old, new))
        before = set()
    names = before | set(removed)
    old.write(names)
    try:
        return Earlier(stacks=_stacks(old, names), reasons=reasons)
    except UserError as error:
        say(f"{FAILED}, not all of it: {error}")
    wrong = {name: problem for name in names if (problem := _problem(old, name))}
    try:
        return Earlier(stacks=_stacks(old, names - wrong.keys()), reasons=reasons | wrong)
    except UserError:
        return Earlier(reasons=dict.fromkeys(names, FAILED) | reasons | wrong)


def _stacks(tree: Tree, names: Collection[EnvironmentName]) -> dict[EnvironmentName, SynthesisedStack]:
    if not names:
        return {}
    stacks = synthesis.synthesise(tree.folder, names, tree.root).stacks
    return {name: stacks[name.stack] for name in names if name.stack in stacks}


def _problem(tree: Tree, name: EnvironmentName) -> str | None:
    try:
        load(tree.folder, only=[name])
    except DeclarationError as error:
        wrong = next(problem for problem in error.problems if problem.severity == "error")
        return f"what was declared before is not valid ({wrong})"
    return None


def _packages(old: Tree, new: Tree) -> str:
    changed = ", ".join(sorted(new.packages - old.packages) or sorted(old.packages - new.packages))
    return f"requirements.lock changes what templates are made with ({changed})"
