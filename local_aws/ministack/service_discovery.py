"""Private DNS names of Cloud Map, and the services of ECS behind them."""

from __future__ import annotations

import functools
from contextvars import ContextVar
from typing import TYPE_CHECKING

from local_aws.ministack import seams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_aws.ministack.ecs_services import EcsService
    from local_aws.ministack.seams import Record, Response

_registries: ContextVar[Sequence[Record]] = ContextVar("registries", default=())


def create_services_in_registries() -> None:
    """Let CloudFormation create services of ECS with their registries, which MiniStack leaves out."""
    create = seams.create_service.current

    @functools.wraps(create)
    def create_in_registries(data: Record) -> Response:
        return create({"serviceRegistries": list(_registries.get()), **data})

    seams.create_service.replace(create_in_registries)


def next_service_is_in(registries: Sequence[Record]) -> None:
    """Take note of the registries, in ECS's spelling, of the service that this thread creates next."""
    _registries.set(registries)


def names() -> dict[str, str]:
    """Return the ids of Cloud Map's services in the account and region of the request, by their DNS names."""
    return {
        f"{one['Name']}.{namespace['Name']}": identifier
        for identifier, one in seams.discovery_services.items()
        if one.get("DnsConfig") and (namespace := seams.discovery_namespaces.get(one["NamespaceId"]))
    }


def registry_of(service: EcsService) -> str | None:
    """Return the id of the service of Cloud Map in which the tasks of a service are found, or None."""
    registries = service.record.get("serviceRegistries") or []
    return str(registries[0]["registryArn"]).rpartition("/")[2] if registries else None
