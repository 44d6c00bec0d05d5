"""A one-off task: started, its log followed to its end, and stopped on an interrupt."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gitops.aws.ecs import STOPPED
from gitops.aws.session import AwsError
from gitops.errors import UserError
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops.aws.ecs import Ecs, Service
    from gitops.aws.logs import CloudWatchLogs

LAST_LOOKS = 3
"""How often a log has no more lines after its task has ended: its last ones arrive a little later."""


class OneOffTask:
    """One more task of a service, with another command. It is started at once."""

    def __init__(self, ecs: Ecs, logs: CloudWatchLogs, service: Service, command: Sequence[str]) -> None:
        self._ecs = ecs
        self._logs = logs
        self._container = ecs.container(service.task_definition)
        self._task = ecs.run(service, self._container, command)
        self._token: str | None = None
        say(f"task {self._task.task_id} of {service.name} starts")

    def finish(self, interval: float) -> int:
        """Print the task's log until it has ended, looking every `interval` seconds; return its exit code.

        A Ctrl-C stops the task.

        Raises:
            UserError: it ended without an exit code: it never started, or was stopped.
        """
        try:
            self._listen(interval)
        except KeyboardInterrupt:
            self._stop()
            raise
        if self._task.exit_code is None:
            raise UserError(f"the task did not run to its end: {self._task.stopped_reason or 'ECS gives no reason'}")
        if self._task.exit_code != 0:
            say(f"exit code {self._task.exit_code}: {self._task.stopped_reason}")
        return self._task.exit_code

    def _listen(self, interval: float) -> None:
        while self._task.status != STOPPED:
            time.sleep(interval)
            self._task = self._ecs.task(self._task)
            self._print_new()
        left = LAST_LOOKS
        while left:
            if not self._print_new():
                left -= 1
                time.sleep(interval)

    def _print_new(self) -> bool:
        """Print the new lines of the log; return whether there were any."""
        if not self._container.log_group:
            return False
        stream = self._container.log_stream(self._task)
        printed = False
        for page in self._logs.read(self._container.log_group, stream, self._token):
            self._token = page.token
            for message in page.messages:
                print(message, flush=True)
                printed = True
        return printed

    def _stop(self) -> None:
        try:
            self._ecs.stop(self._task, "interrupted by the person who started it")
        except AwsError as error:
            say(f"interrupted, and the task {self._task.arn} could not be stopped: {error}")
        else:
            say(f"interrupted: ECS stops the task {self._task.task_id}")
