"""What a container of a task becomes: processes where its image has a folder, else a container of the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from local_aws.engine.choice import LABEL
from local_aws.engine.client import EngineError
from local_aws.engine.container import ContainerPlan, EngineContainer
from local_aws.engine.images import find_or_pull
from local_aws.runtime.container import ContainerProcess, discard
from local_aws.strictness.task_starts import pull_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from local_aws.engine.client import Engine
    from local_aws.ministack.ecs_tasks import EcsTask
    from local_aws.ministack.seams import Record
    from local_aws.runtime.container_health import Command
    from local_aws.runtime.dockerfile import ImageConfig
    from local_aws.runtime.images import Images


class PullError(Exception):
    """An image cannot be pulled; the message begins as ECS's."""


class Container(Protocol):
    """A container of a task."""

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start its command. Raises OSError when that cannot be started."""

    def run(self, command: Sequence[str], address: str) -> Command:
        """Start another command in it, with the task's address in a variable. Raises OSError."""

    def exit_code(self) -> int | None:
        """Return the exit code once its command has ended."""

    def stop(self, timeout: float) -> int | None:
        """End it, with SIGKILL after ``timeout`` seconds. Return the exit code, None when it never ran."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A container that can be started, how its image is run, and where that is said."""

    container: Container
    config: ImageConfig
    source: str


@dataclass(frozen=True, slots=True)
class Launcher:
    """Makes the containers of the tasks of a state folder, whose files are in `layers`."""

    images: Images
    layers: Path
    engine: Engine | None = None
    files: Sequence[str] = ()
    """What containers of the engine see of this machine's files."""

    def runs(self, image: str) -> bool:
        """Return whether containers of an image are not simulated."""
        return self.engine is not None or self.images.find(image) is not None

    def prepare(self, task: EcsTask, container: Record, log: Callable[[str], None]) -> Prepared:
        """Return a new container of a task.

        Raises:
            PullError: the registry does not have the image, or the engine neither has it nor can pull it.
            OSError: the image has no folder any more, and there is no engine.
        """
        image: str = container["image"]
        if failure := pull_failure(image):
            raise PullError(failure)
        layer = self.layers / task.task_id / container["name"]
        folder = self.images.find(image)
        if folder is not None:
            return Prepared(ContainerProcess(folder, layer, log), folder.config, f"in a Dockerfile in {folder.folder}")
        if self.engine is None:
            raise OSError(f"the image {image} has no folder")
        try:
            name, config = find_or_pull(self.engine, image)
        except EngineError as error:
            raise PullError(f"CannotPullContainerError: {error}") from error
        plan = self._plan(task, container, name)
        return Prepared(EngineContainer(self.engine, plan, layer, log), config, f"in the image {name}")

    def discard(self, task: EcsTask) -> None:
        """Delete the files of a task."""
        discard(self.layers / task.task_id)

    def _plan(self, task: EcsTask, container: Record, image: str) -> ContainerPlan:
        state_dir = self.images.state_dir
        return ContainerPlan(
            image=image,
            name=f"{task.task_id}-{container['name']}",
            labels={
                LABEL: str(state_dir),
                "local-aws.task": task.arn,
                "local-aws.container": container["name"],
            },
            files=self.files,
            init=bool((container.get("linuxParameters") or {}).get("initProcessEnabled")),
        )
