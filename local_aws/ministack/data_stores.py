"""The records of RDS and ElastiCache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ministack.services import elasticache as _elasticache
from ministack.services import rds as _rds

from local_aws.ministack import scope

if TYPE_CHECKING:
    from collections.abc import MutableMapping

# In the account and region of the request.
INSTANCES: MutableMapping[str, dict[str, Any]] = _rds._instances  # noqa: SLF001
REPLICATION_GROUPS: MutableMapping[str, dict[str, Any]] = _elasticache._replication_groups  # noqa: SLF001
USER_GROUPS: MutableMapping[str, dict[str, Any]] = _elasticache._user_groups  # noqa: SLF001


def master_password(instance: dict[str, Any]) -> str:
    """Return the password of a database's master."""
    return str(instance["_MasterUserPassword"])


def parameters(group: dict[str, Any]) -> dict[str, str]:
    """Return the parameters of a replication group that were set."""
    values = _elasticache._param_group_params.get(group["CacheParameterGroupName"]) or {}  # noqa: SLF001
    return {name: str(one.get("Value", "")) if isinstance(one, dict) else str(one) for name, one in values.items()}


def place_of(name: str) -> str:
    """Return a name that a resource has in no other account and region."""
    return f"{scope.account_id()}-{scope.region()}-{name}"
