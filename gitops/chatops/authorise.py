"""Who may order what, by the table of comment commands. Pure.

`permission` is what GitHub's API says of a user, never the `author_association` of a comment. Owner, kind, lock and
consent are those of the declaration on the default branch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from constructs_lib.config.model import CONFIG_OF_KIND, AppConfig, ProdAppConfig, ProdBaseConfig
from constructs_lib.config.unchecked import UncheckedDeclaration
from gitops.chatops.comment_commands import command_of

if TYPE_CHECKING:
    from constructs_lib.config.environments import Environment, Environments
    from constructs_lib.config.model import LockConfig
    from constructs_lib.config.naming import EnvironmentName
    from gitops.github.model import Permission

_BASE_OF_APP = {"ad-hoc-app": "ad-hoc-base"}
"""Kinds of apps that their owners destroy, by the kind of the base that they are on."""

_KINDS = CONFIG_OF_KIND.keys() - {"account"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What is known of an environment that an order is about. `owner` is empty where its owner decides nothing."""

    name: EnvironmentName
    kind: str
    is_production: bool
    owner: str
    lock: LockConfig | None
    destroy_by_comment: bool

    @classmethod
    def of(cls, environment: Environment) -> Subject:
        """Return what a resolved declaration says."""
        config = environment.config
        return cls(
            name=environment.name,
            kind=environment.kind,
            is_production=environment.is_production,
            owner=config.owner if isinstance(config, AppConfig) else "",
            lock=environment.lock,
            destroy_by_comment=isinstance(config, ProdAppConfig | ProdBaseConfig) and config.destroy_by_comment,
        )

    @classmethod
    def of_wrong(cls, name: EnvironmentName, declared: Environments) -> Subject:
        """Return what the file of a declaration that cannot be resolved says, for its removal.

        It is production if its own file or its base's says so. Its owner decides only where both say that it is not.
        """
        file = declared.unchecked(name) or UncheckedDeclaration({})
        base = declared.unchecked(name.base) or UncheckedDeclaration({})
        is_owned = file.kind in _BASE_OF_APP and base.kind == _BASE_OF_APP[file.kind]
        return cls(
            name=name,
            kind=file.kind if file.kind in _KINDS else "",
            is_production=file.is_production or base.is_production,
            owner=(file.text("owner") or base.app_defaults.text("owner")) if is_owned else "",
            lock=file.lock,
            destroy_by_comment=file.destroy_by_comment,
        )


def may_command(permission: Permission) -> bool:
    """Whether the commands of a user are read; those of other users are not even answered."""
    return permission in {"write", "admin"}


def refusal_reason(verb: str, login: str, permission: Permission, subject: Subject) -> str | None:
    """Return why a user may not order this for a declared environment, or None when they may.

    Raises:
        UnknownVerbError: the verb has no row in the table of comment commands.
    """
    command = command_of(verb)
    if not may_command(permission):
        return f"commands need write permission for this repository, and {login} has {permission}"
    if subject.name.is_account:
        return "it is an AWS account; `gitops bootstrap` sets it up, with an administrator's credentials"
    if subject.kind and subject.kind not in command.kinds:
        kinds = " and ".join(f"{kind.replace('-', ' ')}s" for kind in sorted(command.kinds))
        return f"`/{verb}` is for {kinds}, and this is `{subject.kind}`"
    lock = subject.lock
    match command.who:
        case "writer":
            reason = None
        case "owner":
            reason = _reason_not_to_remove(login, permission, subject)
        case "lock holder":
            reason = _reason_not_to_change_lock(login, permission, lock)
        case _:
            assert_never(command.who)
    if reason is None and lock is not None and not command.while_locked:
        reason = f"it is {lock}. First comment `/unlock {subject.name}`"
    return reason


def _reason_not_to_remove(login: str, permission: Permission, subject: Subject) -> str | None:
    if subject.is_production:
        if not subject.destroy_by_comment:
            return "it is production, and its file on the default branch does not say `destroy_by_comment: true`"
        return None if permission == "admin" else "only administrators of this repository destroy production"
    if permission == "admin" or (subject.owner and _same_login(subject.owner, login)):
        return None
    if subject.name.is_base:
        return "only administrators of this repository destroy a base"
    if not subject.owner:
        return "its file or its base's does not say what it is, so only administrators of this repository destroy it"
    return "only its owner or an administrator of this repository destroys it"


def _reason_not_to_change_lock(login: str, permission: Permission, lock: LockConfig | None) -> str | None:
    if lock is None or permission == "admin" or _same_login(lock.by, login):
        return None
    return f"{lock.by} has locked it; only they or an administrator of this repository change that"


def _same_login(one: str, other: str) -> bool:
    """Whether two logins are one person's: GitHub ignores case."""
    return one.casefold() == other.casefold()
