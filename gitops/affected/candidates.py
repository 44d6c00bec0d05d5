"""Which environments may be touched, by the files that differ: a comparison of templates decides about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.naming import ACCOUNTS_FOLDER, EnvironmentName

if TYPE_CHECKING:
    from gitops.affected.tree import Tree

FILE = "its file changed"
CODE = "the code that makes its template changed"


def candidates(old: Tree, new: Tree) -> dict[EnvironmentName, str]:
    """Return the environments that both sides declare and that may differ, each with what may touch it.

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
    """Return what is new or changed on the new side."""
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
