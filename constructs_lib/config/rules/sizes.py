"""Rules on the size of what is made from declarations."""

import json
from collections.abc import Iterator, Mapping, Sequence

from constructs_lib.config.environment import ApplicationConfig
from constructs_lib.config.errors import Problem
from constructs_lib.config.rules.declarations import Declarations
from constructs_lib.config.source import FieldPath

LARGEST_TASK_DEFINITION = 64 * 1024
"""Bytes of a task definition as JSON.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
"""

RESERVED_BYTES = 6 * 1024
"""For what the project adds to each task definition: the variables of every container, roles, logs, image."""

_SECRET_ARN_BYTES = 120
"""Of the ARN of a secret beside its name: partition, region, account, the end that AWS adds, key, version."""


def task_definitions_fit(declarations: Declarations) -> Iterator[Problem]:
    """A task definition, with all variables of a service, has at most 64 KiB."""
    most = LARGEST_TASK_DEFINITION - RESERVED_BYTES
    for app, config in declarations.apps:
        tasks: list[tuple[FieldPath, Mapping[str, str], Sequence[str]]] = [
            (("services", name, "environment"), service.environment, [*service.command, *service.health_check_command])
            for name, service in config.services.items()
        ]
        tasks += [
            (("environment",), {}, words) for words in (config.release_command, config.post_release_command) if words
        ]
        tasks += [(("environment",), {}, job.command) for job in config.jobs.values()]
        for path, own, words in tasks:
            size = _size(config, own, words)
            if size > most:
                where = path if own else ("environment",)
                message = f"variables, secrets and commands of a task take {size:,} bytes as JSON, at most {most:,} fit"
                yield app.problem(where, f"{message}; keep long values in a file of the image or in a secret")
                break


def _size(config: ApplicationConfig, own: Mapping[str, str], words: Sequence[str]) -> int:
    """Return the bytes that declared values take in a task definition."""
    variables = [{"name": name, "value": value} for name, value in {**config.environment, **own}.items()]
    secrets = [
        {"name": name, "valueFrom": reference + " " * _SECRET_ARN_BYTES} for name, reference in config.secrets.items()
    ]
    document = {"command": list(words), "environment": variables, "secrets": secrets}
    return len(json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode())
