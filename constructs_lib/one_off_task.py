"""A task that runs once and ends, such as a release command."""

from collections.abc import Sequence

from constructs import Construct

from constructs_lib.application import Application

CPU = 512
MEMORY_MIB = 1024
STOP_TIMEOUT_SECONDS = 120


class OneOffTask(Construct):
    """A task definition with the application's image, variables, secrets and roles, and a command of its own."""

    def __init__(
        self, scope: Construct, construct_id: str, *, application: Application, command: Sequence[str]
    ) -> None:
        super().__init__(scope, construct_id)
        self.task_definition = application.define_task(
            self,
            command=command,
            cpu=CPU,
            memory_mib=MEMORY_MIB,
            stop_timeout_seconds=STOP_TIMEOUT_SECONDS,
            environment={},
        )
