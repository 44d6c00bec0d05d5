"""Services that the embedded AWS simulates: no folder stands for their image, so their tasks run no program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.model import AppConfig
from gitops.aws import embedded

if TYPE_CHECKING:
    from collections.abc import Collection

    from constructs_lib.config.environments import Environment


def simulated_services(environment: Environment, images: Collection[str]) -> tuple[str, ...]:
    """Return the names of an environment's services that are simulated where `images` run as processes."""
    config = environment.config
    if not isinstance(config, AppConfig):
        return ()
    return tuple(
        name for name, service in config.services.items() if not embedded.runs(images, config.image_of(service))
    )


def is_simulated(environment: Environment, images: Collection[str]) -> bool:
    """Whether an environment has services with a port, and each is simulated: no program answers at its URL."""
    config = environment.config
    if not isinstance(config, AppConfig):
        return False
    ports = {name for name, service in config.services.items() if service.port is not None}
    return bool(ports) and ports <= set(simulated_services(environment, images))
