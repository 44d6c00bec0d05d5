"""Which engine an embedded AWS uses, kept in its state folder, and the containers that are its own there.

Importing this module is cheap: a client is imported where there is an engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from local_aws.engine.client import Engine

FILE = "engine"
LABEL = "local-aws.state-folder"
"""The label of a container that tells the state folder of the embedded AWS that made it."""


def use(state_dir: Path, host: str) -> None:
    """Let the embedded AWS of a state folder run containers in the engine at `host`.

    Raises:
        EngineError: it does not answer there. Without an engine, tasks that were to run would be simulated.
    """
    from local_aws.engine.client import Engine  # noqa: PLC0415

    Engine(host).check()
    (state_dir / FILE).write_text(host)


def host_of(state_dir: Path) -> str | None:
    """Return where the engine of a state folder listens, or None when it uses none."""
    try:
        return (state_dir / FILE).read_text()
    except FileNotFoundError:
        return None


def engine_of(state_dir: Path) -> Engine | None:
    """Return the engine of a state folder, or None when it uses none."""
    host = host_of(state_dir)
    if host is None:
        return None
    from local_aws.engine.client import Engine  # noqa: PLC0415

    return Engine(host)


def label_of(state_dir: Path) -> str:
    """Return the label of all containers of a state folder, `NAME=VALUE`."""
    return f"{LABEL}={state_dir}"


def remove_containers(state_dir: Path) -> None:
    """Remove all containers of a state folder, whose server does not run any more.

    Raises:
        OSError: the engine does not answer, or refuses; it says how to find what is left.
    """
    engine = engine_of(state_dir)
    if engine is None:
        return
    label = label_of(state_dir)
    try:
        for container in engine.labelled(label):
            engine.remove(container)
    except OSError as error:
        find = f"docker ps --all --filter label={label}"
        raise OSError(f"containers may be left, which this finds: {find}. Reason: {error}") from error
