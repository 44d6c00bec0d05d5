"""EC2's records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ministack.services import ec2 as _ec2

if TYPE_CHECKING:
    from collections.abc import MutableMapping

# The records of EC2's instances in the account and region of the request.
INSTANCES: MutableMapping[str, dict[str, Any]] = _ec2._instances  # noqa: SLF001
