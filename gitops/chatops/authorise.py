"""Who may order what: a pure table.

`permission` is what GitHub's API says of a user, never the `author_association` of a comment. Owner, kind, lock and
consent are those of the declaration on the default branch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from constructs_lib.config.model import (
    AccountConfig,
    AdHocAppConfig,
    AdHocBaseConfig,
    AppConfig,
    ProdAppConfig,
    ProdBaseConfig,
)

if TYPE_CHECKING:
    from constructs_lib.config.environments import Environment
    from gitops.chatops.grammar import Verb
    from gitops.github.model import Permission

ON_AD_HOC_APPS_ONLY: Final[frozenset[Verb]] = frozenset({"extend", "sleep", "wake"})
NOT_WHILE_LOCKED: Final[frozenset[Verb]] = frozenset({"deploy", "destroy", "confirm", "sleep", "wake"})
REMOVALS: Final[frozenset[Verb]] = frozenset({"destroy", "confirm"})


def may_command(permission: Permission) -> bool:
    """Whether commands of a user are taken at all; those of others are not even answered."""
    return permission in {"write", "admin"}


def refusal(verb: Verb, login: str, permission: Permission, environment: Environment) -> str | None:
    """Return why a user may not order this for a declared environment, or None when they may."""
    config = environment.config
    if not may_command(permission):
        return f"commands need write permission for this repository, and {login} has {permission}"
    if isinstance(config, AccountConfig):
        return "it is an AWS account; `gitops bootstrap` sets it up, with an administrator's credentials"
    if verb in ON_AD_HOC_APPS_ONLY and not isinstance(config, AdHocAppConfig):
        return f"`/{verb}` is for ad hoc apps, and this is `{environment.kind}`"
    removal = _refusal_of_removal(login, permission, environment) if verb in REMOVALS else None
    return removal or _refusal_by_lock(verb, login, permission, environment)


def _refusal_of_removal(login: str, permission: Permission, environment: Environment) -> str | None:
    config = environment.config
    if isinstance(config, ProdAppConfig | ProdBaseConfig):
        if not config.destroy_by_comment:
            return "it is production, and its file on the default branch does not say `destroy_by_comment: true`"
        return None if permission == "admin" else "production is destroyed by administrators of this repository only"
    if permission == "admin" or (isinstance(config, AppConfig) and _same(config.owner, login)):
        return None
    if isinstance(config, AdHocBaseConfig):
        return "a base is destroyed by administrators of this repository only"
    return "only its owner or an administrator of this repository destroys it"


def _refusal_by_lock(verb: Verb, login: str, permission: Permission, environment: Environment) -> str | None:
    lock = environment.lock
    if lock is None:
        return None
    if verb in NOT_WHILE_LOCKED:
        return f"it is {lock}. First `/unlock {environment.name}`"
    if verb in {"lock", "unlock"} and permission != "admin" and not _same(lock.by, login):
        return f"{lock.by} has locked it; they or an administrator of this repository change that"
    return None


def _same(one: str, other: str) -> bool:
    """Whether two logins are one person's: GitHub does not tell capitals apart."""
    return one.casefold() == other.casefold()
