"""Removed declarations: reasons against destroying their environments, by the side before the change alone; renames.

Its fields are read as they are written, not by today's model: the old side may be of another version.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from constructs_lib.config.naming import ACCOUNTS_FOLDER, NAME_PATTERN, EnvironmentName, role_variable
from constructs_lib.config.unchecked import UncheckedDeclaration
from gitops.affected.environment import AffectedEnvironment
from gitops.github.job_matrix import JobRemoval, approval_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from constructs_lib.config.naming import EnvironmentName
    from gitops.affected.tree import Tree


def removed(
    old: Tree,
    new: Tree,
    renamed: Mapping[EnvironmentName, EnvironmentName],
    settled: Collection[EnvironmentName] = (),
) -> list[AffectedEnvironment]:
    """Return the environments whose declarations are gone, each with why it must not be destroyed or with None.

    Those that are `settled` are left out: others destroy them.
    """
    gone = old.declarations.keys() - new.declarations.keys() - set(settled)
    refused = _refusals(gone, old, new)
    return [
        AffectedEnvironment(
            name=name,
            kind=_unchecked(old, name).kind,
            action="destroy",
            reason=f"its file was renamed to {renamed[name]}.yaml" if name in renamed else "its file was removed",
            job=_job(name, old, new),
            renamed_to=renamed.get(name),
            refused=refused[name],
        )
        for name in sorted(gone)
    ]


def _refusals(gone: Collection[EnvironmentName], old: Tree, new: Tree) -> dict[EnvironmentName, str | None]:
    apps = Counter(name.folder for name in gone if not name.is_base and not name.is_account)
    refused: dict[EnvironmentName, str | None] = {}
    for name in sorted(gone, key=lambda name: name.is_base):
        reasons = [*_own_reasons(name, old, new), *_reasons_of_many(name, apps, old)]
        if name.is_base:
            # The apps of a base were judged before it.
            staying = {app for app in new.names_in(name.folder) if app != name}
            staying |= {app for app, reason in refused.items() if app.folder == name.folder and reason}
            if staying:
                reasons.append(f"apps stay on it: {', '.join(map(str, sorted(staying)))}; remove these first")
        refused[name] = "; ".join(reasons) or None
    return refused


def _own_reasons(name: EnvironmentName, old: Tree, new: Tree) -> Iterator[str]:
    data = _unchecked(old, name)
    if name.is_account:
        yield f"an account is not destroyed by a change; an administrator can: gitops destroy {name}"
    elif not data.kind:
        yield f"its file could not be read, so its kind is unknown; destroy it by hand: gitops destroy {name}"
    elif _job(name, old, new) is None:
        yield f"its base does not name its account; destroy it by hand: gitops destroy {name}"
    if data.is_production and not data.destroy_by_comment:
        yield "it is production; let an earlier change write `destroy_by_comment: true` into its file"
    if data.lock:
        yield f"it is {data.lock}; unlock it first"


def _reasons_of_many(name: EnvironmentName, apps: Mapping[str, int], old: Tree) -> Iterator[str]:
    most = _unchecked(old, name.base).max_removals
    if not name.is_base and not name.is_account and apps[name.folder] > most:
        yield (
            f"this change removes {apps[name.folder]} apps of {name.base}, which allows {most} at once; remove fewer, "
            f"or raise policy.max_removals of {name.base} in an earlier change"
        )


def _job(name: EnvironmentName, old: Tree, new: Tree) -> JobRemoval | None:
    """Return the matrix entry of a removed environment; `region` is the region of its stack."""
    base = UncheckedDeclaration({}) if name.is_account else _unchecked(old, name.base)
    account = name.file if name.is_account else base.text("account")
    if not NAME_PATTERN.fullmatch(account):
        return None
    declared = EnvironmentName(ACCOUNTS_FOLDER, account)
    region = base.text("region") or UncheckedDeclaration(new.data(declared) or old.data(declared) or {}).text("region")
    if not region:
        return None
    return JobRemoval(
        environment=str(name),
        slug=name.stack,
        account=account,
        role_variable=role_variable(account),
        region=region,
        approval=approval_of(_unchecked(old, name).kind or ""),
    )


def _unchecked(tree: Tree, name: EnvironmentName) -> UncheckedDeclaration:
    return UncheckedDeclaration(tree.data(name) or {})


SHARE = 0.5


def find_renames(
    removed: Mapping[EnvironmentName, bytes], added: Mapping[EnvironmentName, bytes]
) -> dict[EnvironmentName, EnvironmentName]:
    """Return the new names of declarations by their old ones; each is the old or the new name of one other at most."""
    before = {name: Counter(content.splitlines()) for name, content in removed.items()}
    after = {name: Counter(content.splitlines()) for name, content in added.items()}
    pairs = sorted(
        (-share, old, new)
        for old, lines in before.items()
        for new, others in after.items()
        if (old.is_base, old.is_account) == (new.is_base, new.is_account) and (share := _share(lines, others)) >= SHARE
    )
    renamed: dict[EnvironmentName, EnvironmentName] = {}
    for _, old, new in pairs:
        if old not in renamed and new not in renamed.values():
            renamed[old] = new
    return renamed


def _share(lines: Counter[bytes], others: Counter[bytes]) -> float:
    """Return how much of two files is the same, from 0 to 1, in lines."""
    most = max(lines.total(), others.total())
    return (lines & others).total() / most if most else 1.0
