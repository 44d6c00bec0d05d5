"""Tasks of ECS: what is read of a task to run it, and how its progress is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws.ministack import seams
from local_aws.ministack.api import ApiError, call

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from local_aws.ministack.seams import Record

SERVICE_GROUP = "service:"
"""The prefix of the group of a task that belongs to a service."""


class SecretError(Exception):
    """A secret of a container cannot be read. ECS does not start such a task."""


@dataclass(frozen=True, slots=True)
class EcsTask:
    """A task: its definition, and its record in ECS."""

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

    @property
    def deployment_id(self) -> str | None:
        """The id of the service's deployment that started the task, or None."""
        return self.record.get(seams.DEPLOYMENT_OF_TASK)

    def within(self) -> AbstractContextManager[None]:
        """Act in the task's account and region."""
        return seams.request_scope(self.account, self.region)

    def secrets(self, container: Record) -> dict[str, str]:
        """Return the variables that a container gets from Secrets Manager and Parameter Store.

        Raises:
            SecretError: one of them does not exist, or has no such key.
        """
        listed = container.get("secrets", [])
        parameters = [one for one in listed if ":secretsmanager:" not in one["valueFrom"]]
        secrets = [one for one in listed if one not in parameters]
        try:
            # MiniStack would pass on a parameter of type SecureString as it is stored.
            return {
                **seams.container_secrets({"secrets": secrets}),
                **{one["name"]: _parameter(one["valueFrom"]) for one in parameters},
            }
        except (seams.secret_resolution_error.type, ApiError) as error:
            raise SecretError(str(error)) from error

    def log(self, container: Record, *messages: str) -> None:
        """Write lines to the container's log stream, if it has one."""
        config = seams.log_configuration(container, self.task_id, self.task_id)
        if config is None:
            return
        with seams.request_scope(self.account, config["region"] or self.region):
            if seams.ensure_log_stream(config):
                for message in messages:
                    seams.put_log_event(config, message)

    def begin(self) -> None:
        """Set a new task, which MiniStack records as running, back to PROVISIONING."""
        self.record["lastStatus"] = "PROVISIONING"
        for name in ("startedAt", "pullStartedAt", "pullStoppedAt"):
            self.record[name] = None
        for container in self.record["containers"]:
            container["lastStatus"] = "PENDING"
        seams.mark_task_pending(self.arn, self.record)
        seams.mark_task_activating(self.arn, self.record)

    def running(self, address: str) -> None:
        """Record that the containers run, at this address."""
        for container in self.record["containers"]:
            container["lastStatus"] = "RUNNING"
        details = [{"name": "privateIPv4Address", "value": address}]
        interface = {"id": self.task_id, "type": "ElasticNetworkInterface", "status": "ATTACHED", "details": details}
        self.record["attachments"] = [interface]
        seams.mark_task_running(self.arn, self.record)

    def health_of(self, container: str, status: str) -> None:
        """Record what the health checks of a container say: UNKNOWN, HEALTHY or UNHEALTHY."""
        for one in self.record["containers"]:
            if one["name"] == container:
                one["healthStatus"] = status
        known = {one.get("healthStatus", "UNKNOWN") for one in self.record["containers"]} - {"UNKNOWN"}
        self.record["healthStatus"] = max(known, default="UNKNOWN")  # UNHEALTHY before HEALTHY

    def stopping(self, reason: str, code: str) -> None:
        """Record that the task is to stop. The first reason stays."""
        with seams.resource_lock("ecs-task", self.arn):
            if self.record["desiredStatus"] != "STOPPED":
                now = seams.timestamp()
                self.record.update({"desiredStatus": "STOPPED", "stoppedReason": reason, "stopCode": code})
                self.record.update({"lastStatus": "DEACTIVATING", "stoppingAt": self.record["stoppingAt"] or now})
                seams.bump_task_version(self.record)
        self._recount()

    def stopped(self, exit_codes: Mapping[str, int]) -> None:
        """Record that the task has stopped. Containers without an exit code never started."""
        with seams.resource_lock("ecs-task", self.arn):
            now = seams.timestamp()
            self.record.update({"lastStatus": "STOPPED", "stoppedAt": now, "executionStoppedAt": now})
            seams.bump_task_version(self.record)
            for container in self.record["containers"]:
                container["lastStatus"] = "STOPPED"
                if container["name"] in exit_codes:
                    container["exitCode"] = exit_codes[container["name"]]
        self._recount()

    def end(self, reason: str, exit_code: int | None) -> None:
        """Record the end of a simulated task. Without an exit code it never started."""
        code = "TaskFailedToStart" if exit_code is None else "EssentialContainerExited"
        seams.mark_task_stopped(self.arn, self.record, reason, code, exit_code)

    def _recount(self) -> None:
        cluster = self.record["clusterArn"].rpartition("/")[2]
        seams.recount_cluster(cluster)
        seams.refresh_service_state(cluster, self.record["group"])


def task_definition(reference: str) -> Record | None:
    """Return a task definition by ARN or FAMILY:REVISION, or None."""
    return seams.task_definitions.get(seams.task_definition_key(reference))


def task_of(record: Record) -> EcsTask:
    """Return the task of a record in the account and region of the request."""
    definition = task_definition(record["taskDefinitionArn"])
    if definition is None:
        raise LookupError(record["taskDefinitionArn"])
    return EcsTask(record, definition, seams.account_id(), seams.region())


def _parameter(reference: str) -> str:
    name = reference.partition(":parameter")[2] or reference
    answer = call("ssm", "GetParameter", Name=name, WithDecryption=True)
    return str(answer["Parameter"]["Value"])


def _overridden(container: Record, override: Record) -> Record:
    variables = {pair["name"]: pair for pair in container.get("environment", [])}
    variables |= {pair["name"]: pair for pair in override.get("environment", [])}
    command = {"command": override["command"]} if "command" in override else {}
    return {**container, **command, "environment": list(variables.values())}
