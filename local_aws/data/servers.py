"""Servers for the RDS instances and replication groups of stacks: created, changed and deleted with them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from local_aws import ministack
from local_aws.data import postgres, valkey
from local_aws.data.postgres import Postgres
from local_aws.data.server_process import ServerError
from local_aws.data.tls import Gateways
from local_aws.data.valkey import CacheUser, Valkey
from local_aws.loopback import free_address
from local_aws.ministack import seams
from local_aws.resource_types.base import Correction, Properties
from local_aws.shutdown import DATABASES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local_aws.data.tls import Authority

CACHES = "caches"
"""The folder, in the state folder, of the caches."""


class DataServers:
    """The running databases and caches, each on a loopback address of its own, at the usual port."""

    def __init__(self, state_dir: Path, authority: Authority) -> None:
        self._state_dir = state_dir
        self._authority = authority
        self._gateways = Gateways()
        self._lock = threading.Lock()
        self._databases: dict[str, tuple[Postgres, str]] = {}
        self._caches: dict[str, tuple[Valkey, str]] = {}
        # Users of ElastiCache with their passwords, which MiniStack does not keep.
        self._users = ministack.new_store()

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """Corrections of the resource types, by which servers follow their resources."""
        return (
            Correction(
                name="AWS::RDS::DBInstance",
                created=self._database_created,
                updated=self._database_updated,
                deleting=self._database_deleting,
            ),
            Correction(
                name="AWS::ElastiCache::ReplicationGroup", created=self._cache_created, deleting=self._cache_deleting
            ),
            Correction(name="AWS::ElastiCache::User", created=self._user_created),
        )

    def _database_created(self, identifier: str, properties: Properties) -> Mapping[str, str]:
        instance = seams.db_instances[identifier]
        if instance["Engine"] != "postgres":
            return {}
        address = free_address(postgres.PORT, postgres.PLAIN_PORT)
        key = _key(identifier)
        try:
            database = Postgres(
                self._state_dir / DATABASES / key,
                address,
                master=instance["MasterUsername"],
                password=str(instance[seams.MASTER_PASSWORD]),
                database=properties.get("DBName", ""),
            )
        except ServerError as error:
            raise ministack.ApiError("CreateDBInstance", "InternalFailure", str(error)) from error
        context = self._authority.server_context(address)
        self._gateways.open_postgres(address, postgres.PORT, postgres.PLAIN_PORT, context)
        with self._lock:
            self._databases[key] = database, address
        instance["Endpoint"] |= {"Address": address, "Port": postgres.PORT}
        return {"Endpoint.Address": address, "Endpoint.Port": str(postgres.PORT)}

    def _database_updated(self, identifier: str, old: Properties, new: Properties) -> Mapping[str, str]:
        known = self._databases.get(_key(identifier))
        if known is None:  # the update replaced the instance
            return self._database_created(identifier, new)
        if new.get("MasterUserPassword") != old.get("MasterUserPassword"):
            known[0].change_password(seams.db_instances[identifier]["MasterUsername"], new["MasterUserPassword"])
        return {}

    def _database_deleting(self, identifier: str, _properties: Properties) -> None:
        self._stop(self._databases, identifier)

    def _user_created(self, identifier: str, properties: Properties) -> None:
        self._users[identifier] = dict(properties)

    def _cache_created(self, identifier: str, properties: Properties) -> Mapping[str, str]:
        group = seams.replication_groups[identifier]
        encrypted = bool(group["TransitEncryptionEnabled"])
        port = valkey.PLAIN_PORT if encrypted else valkey.PORT
        address = free_address(valkey.PORT, valkey.PLAIN_PORT)
        key = _key(identifier)
        try:
            cache = Valkey(
                self._state_dir / CACHES / key,
                address,
                port=port,
                users=self._users_of(properties),
                databases=int(_cache_parameters(group).get("databases", 16)),
            )
        except ServerError as error:
            raise ministack.ApiError("CreateReplicationGroup", "InternalFailure", str(error)) from error
        if encrypted:
            self._gateways.open_tls(address, valkey.PORT, port, self._authority.server_context(address))
        with self._lock:
            self._caches[key] = cache, address
        return self._move(group, address)

    def _users_of(self, properties: Properties) -> list[CacheUser]:
        names = [
            user
            for group in properties.get("UserGroupIds", [])
            for user in seams.cache_user_groups[group]["UserIds"]
            if user in self._users
        ]
        return [
            CacheUser(name=user["UserName"], passwords=tuple(user.get("Passwords", ())), access=user["AccessString"])
            for user in (self._users[name] for name in names)
        ]

    def _move(self, group: dict[str, Any], address: str) -> Mapping[str, str]:
        """Set the group's endpoints to an address; return them as attributes of the resource."""
        endpoint = {"Address": address, "Port": valkey.PORT}
        for node_group in group["NodeGroups"]:
            node_group.update(PrimaryEndpoint=endpoint, ReaderEndpoint=endpoint)
            for member in node_group["NodeGroupMembers"]:
                member["ReadEndpoint"] = endpoint
        return {
            f"{name}.{attribute}": str(value)
            for name in ("PrimaryEndPoint", "ReaderEndPoint")
            for attribute, value in endpoint.items()
        }

    def _cache_deleting(self, identifier: str, _properties: Properties) -> None:
        self._stop(self._caches, identifier)

    def _stop(self, servers: dict[str, tuple[Postgres, str]] | dict[str, tuple[Valkey, str]], identifier: str) -> None:
        with self._lock:
            known = servers.pop(_key(identifier), None)
        if known is not None:
            server, address = known
            self._gateways.close(address)
            server.stop()


def _key(name: str) -> str:
    """Return a name that a resource has in no other account and region."""
    return f"{ministack.account_id()}-{ministack.region()}-{name}"


def _cache_parameters(group: dict[str, Any]) -> dict[str, str]:
    """Return the parameters of a replication group that were set."""
    values = seams.cache_parameters.get(group["CacheParameterGroupName"]) or {}
    return {name: str(one.get("Value", "")) if isinstance(one, dict) else str(one) for name, one in values.items()}
