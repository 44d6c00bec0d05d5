"""Services of ECS: what the scheduler of `local_aws.runtime` reads of them and records."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from local_aws.ministack import seams
from local_aws.ministack.ecs_tasks import SERVICE_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

    from local_aws.ministack.seams import Record


@dataclass(frozen=True, slots=True)
class EcsService:
    """A service with its record in ECS."""

    key: str
    record: Record
    account: str
    region: str

    def within(self) -> AbstractContextManager[None]:
        """Act in the service's account and region."""
        return seams.request_scope(self.account, self.region)

    @property
    def deployments(self) -> list[Record]:
        """Its deployments, newest first."""
        return cast("list[Record]", self.record["deployments"])

    @property
    def primary(self) -> Record:
        """The deployment that the service is to run."""
        return next(one for one in self.deployments if one["status"] == "PRIMARY")

    @property
    def is_handed_over(self) -> bool:
        """Whether `local_aws.runtime` schedules it. The tasks of other services are simulated."""
        return "_addresses" in self.record

    def take_back(self) -> None:
        """Let MiniStack schedule it, whose tasks are simulated."""
        self.record.pop("_addresses", None)

    @property
    def has_tasks(self) -> bool:
        """Whether a task of it has not stopped."""
        group = f"{SERVICE_GROUP}{self.record['serviceName']}"
        return any(
            task["group"] == group
            and task["clusterArn"] == self.record["clusterArn"]
            and task["lastStatus"] != "STOPPED"
            for task in seams.tasks.all()
        )

    @property
    def failure_threshold(self) -> int | None:
        """How many failed tasks trip the deployment circuit breaker; None without one."""
        breaker = (self.record.get("deploymentConfiguration") or {}).get("deploymentCircuitBreaker") or {}
        enabled = str(breaker.get("enable", False)).lower() == "true"
        return int(seams.circuit_breaker_threshold(self.record)) if enabled else None

    def start(self, count: int) -> str | None:
        """Start tasks of the primary deployment; return why ECS places none, or None."""
        wanted = ("launchType", "capacityProviderStrategy", "platformVersion", "networkConfiguration")
        _, _, body = seams.run_task(
            {
                **{name: self.record.get(name) for name in wanted},
                "cluster": self.key.partition("/")[0],
                "taskDefinition": self.primary["taskDefinition"],
                "count": count,
                "group": f"{SERVICE_GROUP}{self.record['serviceName']}",
                "startedBy": self.primary["id"],
                "enableExecuteCommand": self.record.get("enableExecuteCommand", False),
                seams.DEPLOYMENT_TO_RUN: self.primary["id"],
            }
        )
        return next((failure["reason"] for failure in json.loads(body).get("failures", [])), None)

    def add_event(self, message: str) -> None:
        """Add an event to the service."""
        event = {"id": str(uuid.uuid4()), "createdAt": seams.timestamp(), "message": f"(service {self.key}) {message}"}
        self.record["events"].insert(0, event)

    def change(self, deployment: Record, **fields: object) -> None:
        """Change a deployment's record."""
        deployment.update(fields, updatedAt=seams.timestamp())

    def publish(self, addresses: Iterable[str]) -> None:
        """Make these addresses the service's targets, and count its tasks again."""
        self.record["_addresses"] = tuple(addresses)
        seams.refresh_service_state(self.key.partition("/")[0], f"{SERVICE_GROUP}{self.record['serviceName']}")


def services() -> Iterator[EcsService]:
    """Return the active services of every account and region."""
    for (account, region, key), record in seams.services.all_items():
        if record["status"] == "ACTIVE":
            yield EcsService(key, record, account, region)


def service(key: str) -> EcsService | None:
    """Return a service of the account and region of the request by its key, CLUSTER/NAME."""
    record = seams.services.get(key)
    return EcsService(key, record, seams.account_id(), seams.region()) if record else None


def reconcile(service: EcsService) -> None:
    """Schedule a service anew: by MiniStack or by the agent, depending on its task definition."""
    cluster, _, _ = service.key.partition("/")
    seams.reconcile_service(cluster, service.key)
