"""The one door to MiniStack: AWS APIs called without a network, and additions to MiniStack and changes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.ministack import seams
from local_aws.ministack.api import ApiError, call
from local_aws.ministack.seams import account_id, application, region, request_scope

if TYPE_CHECKING:
    from collections.abc import MutableMapping

__all__ = [
    "ApiError",
    "account_id",
    "add_service",
    "application",
    "call",
    "new_store",
    "region",
    "request_scope",
]


def add_service(name: str, target_prefix: str, handler: seams.RequestHandler) -> None:
    """Add an AWS service of the JSON protocol; `target_prefix` begins the `X-Amz-Target` header of its requests."""
    seams.service_handlers[name] = handler
    seams.service_patterns[name] = {"target_prefixes": [target_prefix]}


def new_store() -> MutableMapping[str, seams.Record]:
    """Return a new store of a service's records by name, of which each account and region sees its own."""
    return seams.scoped_dict.type()
