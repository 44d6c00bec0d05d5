"""Two states of the repository compared: which environments differ, and how.

`compare` decides for `gitops affected`, for `gitops plan`, and for a deployment that asks whether a newer change has
touched the same environment.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from constructs_lib.config.environments import read
from constructs_lib.config.naming import ACCOUNTS_FOLDER, EnvironmentName
from gitops.affected import removals
from gitops.affected.environment import AffectedEnvironment, same_stack, turn
from gitops.affected.wrong import refused_environments, turned
from gitops.cdk import synthesis
from gitops.errors import UserError
from gitops.github.job_matrix import entry
from gitops.output.progress import say
from gitops.templates.published import published_changes, values_read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from constructs_lib.config.environments import Environment, Environments
    from constructs_lib.config.errors import Problem
    from gitops.affected.tree import Tree
    from gitops.cdk.assembly import SynthesisedStack

ADDED = "its file is new"
NOTHING_BEFORE = "there is nothing to compare with"


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """The environments that differ, in the order of deployment, and the number of unchanged ones on the new side.

    `environments` are the resolved declarations of the new side: of all that is affected, right and not gone.
    """

    affected: tuple[AffectedEnvironment, ...]
    environments: Mapping[EnvironmentName, Environment]
    unchanged: int

    def find(self, name: EnvironmentName) -> AffectedEnvironment | None:
        """Return the environment of a name, or None where the change does not touch it."""
        return next((environment for environment in self.affected if environment.name == name), None)


def compare(
    old: Tree | None,
    new: Tree,
    *,
    only: Collection[EnvironmentName] | None = None,
    settled: Collection[EnvironmentName] = (),
) -> Comparison:
    """Return the differences between two states of the repository. With None for `old`, everything is new.

    Each side is synthesised with its own code from its own declarations, and no more of it than the files that differ
    may touch: nothing at all where they touch nothing. `only` leaves out all other names on both sides, so that the
    question about one environment takes one synthesis a side; removals are counted all the same. Removals that are
    `settled` are left out and not counted.

    The old side may be invalid: an environment that cannot be synthesised there counts as touched, and its
    `incomparable` says why. Python packages are those that are installed: where the lock files differ in one that
    templates are made with, everything counts as touched.

    A declaration of the new side that is wrong is refused, and stops no other. One that the change makes right or wrong
    counts as touched. Of two that collide, the one that is new or has changed is wrong.

    Raises:
        UserError: the new side cannot be synthesised.
    """
    renamed = {} if old is None else _renamed(old, new)
    removed = [] if old is None else removals.removed(old, new, renamed, settled)
    reasons = _reasons(old, new)
    if only is not None:
        removed = [environment for environment in removed if environment.name in only]
        reasons = {name: reason for name, reason in reasons.items() if name in only}
    considered = new.declarations.keys() if only is None else new.declarations.keys() & set(only)
    declared = _read(old, new) if reasons or removed else None
    if old is not None and declared is not None:
        reasons = {n: reason for n, reason in turned(old, declared).items() if n in considered} | reasons
    refused = [] if declared is None else list(refused_environments(old, reasons, declared))
    right = {name: reason for name, reason in reasons.items() if declared is None or name not in declared.wrong}
    before = NOTHING_EARLIER if old is None else _synthesise_earlier(old, new, right, [e.name for e in removed])
    touched = list(_touched(new, right, declared, before, renamed)) if declared and right else []
    gone = [
        replace(
            environment,
            before=before.stacks.get(environment.name),
            seeds=declared.seeded_from(environment.name) if declared else frozenset(),
        )
        for environment in removed
    ]
    return Comparison(
        affected=tuple(sorted([*touched, *refused, *gone], key=turn)),
        environments={} if declared is None else declared.by_name,
        unchanged=len(considered) - len(touched) - len(refused),
    )


def _read(old: Tree | None, new: Tree) -> Environments:
    """Return the declarations of the new side; what is as on the old side was there before the rest."""
    new.write(new.declarations)
    if old is None:  # whatever is deployed is not known
        return read(new.folder)
    before = old.declarations
    same = [name for name, content in new.declarations.items() if before.get(name) == content]
    return read(new.folder, new=new.declarations.keys() - before.keys(), established=same)


def _renamed(old: Tree, new: Tree) -> dict[EnvironmentName, EnvironmentName]:
    gone = old.declarations.keys() - new.declarations.keys()
    added = new.declarations.keys() - old.declarations.keys()
    return removals.find_renames(
        {name: old.declarations[name] for name in gone}, {name: new.declarations[name] for name in added}
    )


def _reasons(old: Tree | None, new: Tree) -> dict[EnvironmentName, str]:
    """Return the environments of the new side that may be touched, each with the cause."""
    if old is None:
        return dict.fromkeys(new.declarations, NOTHING_BEFORE)
    added = new.declarations.keys() - old.declarations.keys()
    return _candidates(old, new) | dict.fromkeys(added, ADDED)


def _touched(
    new: Tree,
    reasons: Mapping[EnvironmentName, str],
    declared: Environments,
    before: Earlier,
    renamed: Mapping[EnvironmentName, EnvironmentName],
) -> Iterator[AffectedEnvironment]:
    """Yield those that are new, whose own file changed, or whose stack would not be the same."""
    stacks = synthesis.synthesise(new.folder, list(reasons), new.root).stacks
    published = _published_changes(before, stacks, reasons)
    old_names = {after: former for former, after in renamed.items()}
    for name, reason in reasons.items():
        is_new = reason in {ADDED, NOTHING_BEFORE}
        former, stack = before.stacks.get(name), stacks[name.stack]
        same = former is not None and same_stack(former, stack)
        reads = sorted(published & values_read(stack.template)) if same else []
        if same and reason != FILE and not reads:
            continue
        why = f"{old_names[name]}.yaml was renamed to its file" if name in old_names else reason
        if reads:
            why = f"values of its base that it reads may change: {', '.join(reads)}"
        yield AffectedEnvironment(
            name=name,
            kind=declared[name].kind,
            action="create" if is_new else "update",
            reason=f"{why}, its stack does not" if same and not reads else why,
            job=entry(declared[name], declared),
            before=former,
            after=stack,
            incomparable="" if is_new or former else before.reason(name),
            renamed_from=old_names.get(name),
        )


def _published_changes(
    before: Earlier, stacks: Mapping[str, SynthesisedStack], names: Iterable[EnvironmentName]
) -> set[str]:
    """Return the names of published values that a change of their bases may change."""
    pairs = [(before.stacks[name], stacks[name.stack]) for name in names if name.is_base and name in before.stacks]
    return {value for old, new in pairs for value in published_changes(old.template, new.template)}


FILE = "its file changed"
CODE = "the code that makes its template changed"


def _candidates(old: Tree, new: Tree) -> dict[EnvironmentName, str]:
    """Return the environments that both sides declare and that may differ, each with the cause.

    A declaration touches itself, a base the apps on it, an account all that is in it, and code everything.
    """
    both = old.declarations.keys() & new.declarations.keys()
    changed = {name for name in both if old.declarations[name] != new.declarations[name]}
    reasons = dict.fromkeys(both, CODE) if (old.code, old.packages) != (new.code, new.packages) else {}
    for account in sorted(name for name in _moved(old, new) if name.is_account):
        reasons |= dict.fromkeys(_in_account(account, new) & both, f"{account} changed")
    for base in sorted(name for name in _moved(old, new) if name.is_base):
        reasons |= dict.fromkeys(new.names_in(base.folder) & both, f"its base {base} changed")
    return reasons | dict.fromkeys(changed, FILE)


def _moved(old: Tree, new: Tree) -> set[EnvironmentName]:
    """Return the declarations that are new or changed on the new side."""
    return {name for name, content in new.declarations.items() if old.declarations.get(name) != content}


def _in_account(account: EnvironmentName, tree: Tree) -> set[EnvironmentName]:
    """Return the environments of an account: its bases and the apps on them. An unreadable base counts."""
    bases = [name for name in tree.declarations if name.is_base and name.folder != ACCOUNTS_FOLDER]
    return {
        name for base in bases if _account(base, tree) in {account.file, None} for name in tree.names_in(base.folder)
    }


def _account(base: EnvironmentName, tree: Tree) -> object:
    data = tree.data(base)
    return None if data is None else data.get("account")


FAILED = "the earlier declaration cannot be synthesised"


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """The stacks of the side before a change, and why others cannot be compared with it."""

    stacks: Mapping[EnvironmentName, SynthesisedStack] = field(default_factory=dict)
    reasons: Mapping[EnvironmentName, str] = field(default_factory=dict)

    def reason(self, name: EnvironmentName) -> str:
        """Return why an environment that was declared cannot be compared."""
        return self.reasons.get(name, FAILED)


NOTHING_EARLIER = Earlier()


def _synthesise_earlier(
    old: Tree, new: Tree, compared: Iterable[EnvironmentName], removed: Collection[EnvironmentName]
) -> Earlier:
    """Return the stacks of the old side for compared and removed environments.

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
    wrong = {name: f"the earlier declaration is not valid ({found[0]})" for name, found in _wrong(old, names).items()}
    try:
        return Earlier(stacks=_stacks(old, names - wrong.keys()), reasons=reasons | wrong)
    except UserError:
        return Earlier(reasons=dict.fromkeys(names, FAILED) | reasons | wrong)


def _stacks(tree: Tree, names: Collection[EnvironmentName]) -> dict[EnvironmentName, SynthesisedStack]:
    if not names:
        return {}
    stacks = synthesis.synthesise(tree.folder, names, tree.root).stacks
    return {name: stacks[name.stack] for name in names if name.stack in stacks}


def _wrong(tree: Tree, names: Collection[EnvironmentName]) -> dict[EnvironmentName, tuple[Problem, ...]]:
    wrong = read(tree.folder, only=names).wrong
    return {name: wrong[name] for name in names if name in wrong}


def _packages(old: Tree, new: Tree) -> str:
    changed = ", ".join(sorted(new.packages - old.packages) or sorted(old.packages - new.packages))
    return f"uv.lock changes packages that templates are made with ({changed})"
