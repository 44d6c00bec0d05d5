"""ECS's records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ministack.services import ecs as _ecs

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    Record = dict[str, Any]

# The records of ECS's tasks in the account and region of the request.
TASKS: MutableMapping[str, Record] = _ecs._tasks  # noqa: SLF001

SERVICE_GROUP = "service:"
"""What the group of a service's task begins with."""


def definition_of(reference: str) -> Record | None:
    """Return a task definition by ARN or FAMILY:REVISION."""
    return cast("Record | None", _ecs._task_defs.get(_ecs._resolve_td_key(reference)))  # noqa: SLF001
