"""Rules on the tasks of a service: sizes, numbers, commands."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from constructs_lib.config.environment import Environment
from constructs_lib.config.errors import Problem
from constructs_lib.config.model import JobConfig, ServiceConfig
from constructs_lib.config.rules.declarations import Declarations
from constructs_lib.config.source import FieldPath

FARGATE_MEMORY_MIB: Mapping[int, Sequence[int]] = {
    256: (512, 1024, 2048),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
    32768: (61440, 122880, 249856),
}
"""Memory that Linux tasks can have, by CPU units.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
"""

_SHELL_WORDS = frozenset({"&&", "||", "|", ";", "&", ">", ">>", "<", "2>&1"})


def sizes_exist(declarations: Declarations) -> Iterator[Problem]:
    """Fargate offers some pairs of CPU and memory."""
    for app, place, task in _tasks(declarations):
        memory = FARGATE_MEMORY_MIB[task.cpu]
        if task.memory_mib not in memory:
            path: FieldPath = (*place, "memory_mib")
            if not app.says(path):
                path = (*place, "cpu")
            message = f"Fargate has no task with cpu {task.cpu} and memory_mib {task.memory_mib}"
            yield app.problem(path, f"{message}; with this cpu, memory_mib is {_in_words(memory)}")


def scaling_is_a_range(declarations: Declarations) -> Iterator[Problem]:
    """The fewest tasks are not more than the most."""
    for app, name, service in declarations.services:
        scaling = service.scaling
        if scaling and scaling.min > scaling.max:
            yield app.problem(("services", name, "scaling", "min"), f"{scaling.min} is more than max, {scaling.max}")


def scaling_follows_what_there_is(declarations: Declarations) -> Iterator[Problem]:
    """A service with a port has requests, one without has a queue."""
    for app, name, service in declarations.services:
        scaling = service.scaling
        path: FieldPath = ("services", name, "scaling")
        if scaling and service.port is None and scaling.requests_per_target is not None:
            message = "is for services with a port; this one has none: use queue_length_per_task"
            yield app.problem((*path, "requests_per_target"), message)
        if scaling and service.port is not None and scaling.queue_length_per_task is not None:
            message = "is for services without a port; this one has one: use requests_per_target"
            yield app.problem((*path, "queue_length_per_task"), message)


def singletons_stay_single(declarations: Declarations) -> Iterator[Problem]:
    """A service of which two must never run does not scale."""
    for app, name, service in declarations.services:
        if service.singleton and service.scaling and service.scaling.max > 1:
            message = f"a singleton has one task, not up to {service.scaling.max}; remove `scaling` or `singleton`"
            yield app.problem(("services", name, "scaling", "max"), message)


def commands_need_no_shell(declarations: Declarations) -> Iterator[Problem]:
    """Commands are run as they are: `&&` would be an argument."""
    for app, config in declarations.apps:
        yield from _shell_words(app, ("release_command",), config.release_command)
        yield from _shell_words(app, ("post_release_command",), config.post_release_command)
    for app, name, service in declarations.services:
        yield from _shell_words(app, ("services", name, "command"), service.command)
    for app, config in declarations.apps:
        for name, job in config.jobs.items():
            yield from _shell_words(app, ("jobs", name, "command"), job.command)


def _tasks(declarations: Declarations) -> Iterator[tuple[Environment, FieldPath, ServiceConfig | JobConfig]]:
    """Yield each kind of task that apps declare the size of, with its place."""
    for app, config in declarations.apps:
        for name, service in config.services.items():
            yield app, ("services", name), service
        for name, job in config.jobs.items():
            yield app, ("jobs", name), job


def _shell_words(app: Environment, path: FieldPath, command: Iterable[str]) -> Iterator[Problem]:
    for position, word in enumerate(command):
        if word in _SHELL_WORDS:
            message = f'no shell reads "{word}"; put the command in a script of the image, or use [sh, -c, "…"]'
            yield app.problem((*path, position), message)


def _in_words(memory: Sequence[int]) -> str:
    if isinstance(memory, range):
        return f"{memory[0]} to {memory[-1]} in steps of {memory.step}"
    return f"{', '.join(map(str, memory[:-1]))} or {memory[-1]}"
