"""Services of ECS, for a scheduler of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ministack.services import ecs as _ecs

from local_aws.ministack import scope
from local_aws.ministack.ecs import SERVICE_GROUP, TASKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

    from local_aws.ministack.ecs import Record


@dataclass(frozen=True, slots=True)
class Service:
    """A service that a scheduler of ours looks after."""

    key: str
    record: Record
    account: str
    region: str

    def within(self) -> AbstractContextManager[None]:
        """Act in the service's account and region."""
        return scope.within(self.account, self.region)

    @property
    def deployments(self) -> list[Record]:
        """Its deployments, newest first."""
        return cast("list[Record]", self.record["deployments"])

    @property
    def primary(self) -> Record:
        """The deployment that should be."""
        return next(one for one in self.deployments if one["status"] == "PRIMARY")

    @property
    def is_handed_over(self) -> bool:
        """Whether an agent of ours keeps it; the tasks of others are simulated."""
        return "_addresses" in self.record

    @property
    def has_tasks(self) -> bool:
        """Whether a task of it has not stopped."""
        group = f"{SERVICE_GROUP}{self.record['serviceName']}"
        return any(
            task["group"] == group
            and task["clusterArn"] == self.record["clusterArn"]
            and task["lastStatus"] != "STOPPED"
            for task in TASKS.values()
        )

    @property
    def failure_threshold(self) -> int | None:
        """How many failed tasks trip the deployment circuit breaker; None without one."""
        breaker = (self.record.get("deploymentConfiguration") or {}).get("deploymentCircuitBreaker") or {}
        enabled = str(breaker.get("enable", False)).lower() == "true"
        return int(_ecs._circuit_breaker_threshold(self.record)) if enabled else None  # noqa: SLF001

    def start(self, count: int) -> None:
        """Start tasks of the primary deployment."""
        wanted = ("launchType", "capacityProviderStrategy", "platformVersion", "networkConfiguration")
        _ecs._run_task(  # noqa: SLF001
            {
                **{name: self.record.get(name) for name in wanted},
                "cluster": self.key.partition("/")[0],
                "taskDefinition": self.primary["taskDefinition"],
                "count": count,
                "group": f"{SERVICE_GROUP}{self.record['serviceName']}",
                "startedBy": self.primary["id"],
                "enableExecuteCommand": self.record.get("enableExecuteCommand", False),
                "_deploymentId": self.primary["id"],
            }
        )

    def tell(self, message: str) -> None:
        """Add an event to the service's."""
        event = {"id": _ecs.new_uuid(), "createdAt": _ecs._iso(), "message": f"(service {self.key}) {message}"}  # noqa: SLF001
        self.record["events"].insert(0, event)

    def change(self, deployment: Record, **fields: object) -> None:
        """Change a deployment's record."""
        deployment.update(fields, updatedAt=_ecs._iso())  # noqa: SLF001

    def publish(self, addresses: Iterable[str]) -> None:
        """Make these addresses the service's targets, and count its tasks again."""
        self.record["_addresses"] = tuple(addresses)
        _ecs._refresh_service_state(self.key.partition("/")[0], f"{SERVICE_GROUP}{self.record['serviceName']}")  # noqa: SLF001


def services() -> Iterator[Service]:
    """Return the active services of every account and region."""
    for (account, region, key), record in _ecs._services.all_items():  # noqa: SLF001
        if record["status"] == "ACTIVE":
            yield Service(key, record, account, region)


def service(key: str) -> Service | None:
    """Return a service of the account and region of the request by its key, CLUSTER/NAME."""
    record = _ecs._services.get(key)  # noqa: SLF001
    return Service(key, record, scope.account_id(), scope.region()) if record else None
