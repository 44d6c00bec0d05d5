"""The account and region of the request that is served, and records that are apart for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ministack.core import responses as _responses

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from contextlib import AbstractContextManager


def account_id() -> str:
    """Return the account of the request that is served."""
    return str(_responses.get_account_id())


def region() -> str:
    """Return the region of the request that is served."""
    return str(_responses.get_region())


def new_store() -> MutableMapping[str, dict[str, Any]]:
    """Return records of a service by name, apart for each account and region."""
    return cast("MutableMapping[str, dict[str, Any]]", _responses.AccountRegionScopedDict())


def within(account: str, region_name: str) -> AbstractContextManager[None]:
    """Do what follows as a request to this account and region does; threads of ours serve none."""
    return cast("AbstractContextManager[None]", _responses.request_scope(account, region_name))
