"""Who may order what, by the table of comment commands. Pure.

`permission` is what GitHub's API says of a user, never the `author_association` of a comment. Owner, kind, lock and
consent are those of the declaration on the default branch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from constructs_lib.config.model import AccountConfig, AdHocBaseConfig, AppConfig, ProdAppConfig, ProdBaseConfig
from gitops.chatops.comment_commands import command_of

if TYPE_CHECKING:
    from constructs_lib.config.environments import Environment
    from constructs_lib.config.model import LockConfig
    from gitops.github.model import Permission


def may_command(permission: Permission) -> bool:
    """Whether the commands of a user are read; those of other users are not even answered."""
    return permission in {"write", "admin"}


def refusal_reason(verb: str, login: str, permission: Permission, environment: Environment) -> str | None:
    """Return why a user may not order this for a declared environment, or None when they may.

    Raises:
        UnknownVerbError: the verb has no row in the table of comment commands.
    """
    command = command_of(verb)
    if not may_command(permission):
        return f"commands need write permission for this repository, and {login} has {permission}"
    if isinstance(environment.config, AccountConfig):
        return "it is an AWS account; `gitops bootstrap` sets it up, with an administrator's credentials"
    if environment.kind not in command.kinds:
        kinds = " and ".join(f"{kind.replace('-', ' ')}s" for kind in sorted(command.kinds))
        return f"`/{verb}` is for {kinds}, and this is `{environment.kind}`"
    lock = environment.lock
    match command.who:
        case "writer":
            reason = None
        case "owner":
            reason = _reason_not_to_remove(login, permission, environment)
        case "lock holder":
            reason = _reason_not_to_change_lock(login, permission, lock)
        case _:
            assert_never(command.who)
    if reason is None and lock is not None and not command.while_locked:
        reason = f"it is {lock}. First comment `/unlock {environment.name}`"
    return reason


def _reason_not_to_remove(login: str, permission: Permission, environment: Environment) -> str | None:
    config = environment.config
    if isinstance(config, ProdAppConfig | ProdBaseConfig):
        if not config.destroy_by_comment:
            return "it is production, and its file on the default branch does not say `destroy_by_comment: true`"
        return None if permission == "admin" else "only administrators of this repository destroy production"
    if permission == "admin" or (isinstance(config, AppConfig) and _same_login(config.owner, login)):
        return None
    if isinstance(config, AdHocBaseConfig):
        return "only administrators of this repository destroy a base"
    return "only its owner or an administrator of this repository destroys it"


def _reason_not_to_change_lock(login: str, permission: Permission, lock: LockConfig | None) -> str | None:
    if lock is None or permission == "admin" or _same_login(lock.by, login):
        return None
    return f"{lock.by} has locked it; only they or an administrator of this repository change that"


def _same_login(one: str, other: str) -> bool:
    """Whether two logins are one person's: GitHub ignores case."""
    return one.casefold() == other.casefold()
