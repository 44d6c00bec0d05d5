"""Locks: who keeps an environment as it is, and what that stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.model import AccountConfig, LockConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs_lib.config.environments import Environment

NOBODY = "somebody"


def lock_of(environment: Environment) -> LockConfig | None:
    """Return the lock of an environment; an account has none."""
    config = environment.config
    return None if isinstance(config, AccountConfig) else config.lock


def written_lock(data: Mapping[str, object]) -> LockConfig | None:
    """Return the lock that an unchecked declaration has written; whatever stands at `lock` locks."""
    lock = data.get("lock")
    if lock is None:
        return None
    said = lock if isinstance(lock, dict) else {}
    return LockConfig(by=str(said.get("by", NOBODY)), reason=str(said.get("reason", "no reason is given")))


def explain(lock: LockConfig) -> str:
    """Return who locked it and why."""
    return f"locked by {lock.by}: {lock.reason}"
