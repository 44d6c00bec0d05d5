"""A task of ECS, for whoever runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ministack.core.concurrency import resource_lock as _lock
from ministack.services import ecs as _ecs

from local_aws.ministack import scope
from local_aws.ministack.api import ApiError, call
from local_aws.ministack.ecs import SERVICE_GROUP, definition_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from local_aws.ministack.ecs import Record


class SecretError(Exception):
    """A secret of a container cannot be read; ECS does not start the task then."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task, and what whoever runs it reads and tells of it."""

    record: Record
    definition: Record
    account: str
    region: str

    @property
    def arn(self) -> str:
        """The task's ARN."""
        return str(self.record["taskArn"])

    @property
    def task_id(self) -> str:
        """The last part of the ARN."""
        return self.arn.rpartition("/")[2]

    @property
    def containers(self) -> list[Record]:
        """The container definitions, with RunTask's overrides of command and variables in them."""
        overrides = {one["name"]: one for one in self.record["overrides"].get("containerOverrides", [])}
        return [_overridden(one, overrides.get(one["name"], {})) for one in self.definition["containerDefinitions"]]

    @property
    def service_key(self) -> str | None:
        """The key of the service that the task belongs to, or None."""
        group: str = self.record["group"]
        if not group.startswith(SERVICE_GROUP):
            return None
        return f"{self.record['clusterArn'].rpartition('/')[2]}/{group.removeprefix(SERVICE_GROUP)}"

    def within(self) -> AbstractContextManager[None]:
        """Act in the task's account and region."""
        return scope.within(self.account, self.region)

    def secrets(self, container: Record) -> dict[str, str]:
        """Return the variables that a container gets from Secrets Manager and Parameter Store.

        Raises:
            SecretError: one of them is not there.
        """
        listed = container.get("secrets", [])
        parameters = [one for one in listed if ":secretsmanager:" not in one["valueFrom"]]
        secrets = [one for one in listed if one not in parameters]
        try:
            # MiniStack itself hands out parameters that are SecureStrings as they are stored.
            return {
                **_ecs._resolve_container_secrets({"secrets": secrets}),  # noqa: SLF001
                **{one["name"]: _parameter(one["valueFrom"]) for one in parameters},
            }
        except (_ecs._SecretResolutionError, ApiError) as error:  # noqa: SLF001
            raise SecretError(str(error)) from error

    def log(self, container: Record, *messages: str) -> None:
        """Write lines to the container's log stream, if it has one."""
        config = _ecs._awslogs_config(container, self.task_id, self.task_id)  # noqa: SLF001
        if config is None:
            return
        with scope.within(self.account, config["region"] or self.region):
            if _ecs._ensure_awslogs_stream(config):  # noqa: SLF001
                for message in messages:
                    _ecs._emit_awslogs_event(config, message)  # noqa: SLF001

    def begin(self) -> None:
        """Set a task that MiniStack made "running" back to its beginning."""
        self.record["lastStatus"] = "PROVISIONING"
        for name in ("startedAt", "pullStartedAt", "pullStoppedAt"):
            self.record[name] = None
        for container in self.record["containers"]:
            container["lastStatus"] = "PENDING"
        _ecs._mark_task_pending(self.arn, self.record)  # noqa: SLF001
        _ecs._mark_task_activating(self.arn, self.record)  # noqa: SLF001

    def running(self, address: str) -> None:
        """The containers run, at this address."""
        for container in self.record["containers"]:
            container["lastStatus"] = "RUNNING"
        details = [{"name": "privateIPv4Address", "value": address}]
        interface = {"id": self.task_id, "type": "ElasticNetworkInterface", "status": "ATTACHED", "details": details}
        self.record["attachments"] = [interface]
        _ecs._mark_task_running(self.arn, self.record)  # noqa: SLF001

    def stopping(self, reason: str, code: str) -> None:
        """The task is to stop, for a reason; what was said first stays."""
        with _lock("ecs-task", self.arn):
            if self.record["desiredStatus"] != "STOPPED":
                now = _ecs._iso()  # noqa: SLF001
                self.record.update({"desiredStatus": "STOPPED", "stoppedReason": reason, "stopCode": code})
                self.record.update({"lastStatus": "DEACTIVATING", "stoppingAt": self.record["stoppingAt"] or now})
                _ecs._bump_task_version(self.record)  # noqa: SLF001
        self._recount()

    def stopped(self, exit_codes: Mapping[str, int]) -> None:
        """The task has stopped; containers without an exit code never started."""
        with _lock("ecs-task", self.arn):
            now = _ecs._iso()  # noqa: SLF001
            self.record.update({"lastStatus": "STOPPED", "stoppedAt": now, "executionStoppedAt": now})
            _ecs._bump_task_version(self.record)  # noqa: SLF001
            for container in self.record["containers"]:
                container["lastStatus"] = "STOPPED"
                if container["name"] in exit_codes:
                    container["exitCode"] = exit_codes[container["name"]]
        self._recount()

    def end(self, reason: str, exit_code: int | None) -> None:
        """End a task that was never run by anything. Without an exit code it never started."""
        code = "TaskFailedToStart" if exit_code is None else "EssentialContainerExited"
        _ecs._mark_task_stopped(self.arn, self.record, reason, code, exit_code)  # noqa: SLF001

    def _recount(self) -> None:
        cluster = self.record["clusterArn"].rpartition("/")[2]
        _ecs._recount_cluster(cluster)  # noqa: SLF001
        _ecs._refresh_service_state(cluster, self.record["group"])  # noqa: SLF001


def task_of(record: Record) -> Task:
    """Return the task of a record in the account and region of the request."""
    definition = definition_of(record["taskDefinitionArn"])
    if definition is None:
        raise LookupError(record["taskDefinitionArn"])
    return Task(record, definition, scope.account_id(), scope.region())


def _parameter(reference: str) -> str:
    name = reference.partition(":parameter")[2] or reference
    answer = call("ssm", "GetParameter", Name=name, WithDecryption=True)
    return str(answer["Parameter"]["Value"])


def _overridden(container: Record, override: Record) -> Record:
    variables = {pair["name"]: pair for pair in container.get("environment", [])}
    variables |= {pair["name"]: pair for pair in override.get("environment", [])}
    command = {"command": override["command"]} if "command" in override else {}
    return {**container, **command, "environment": list(variables.values())}
