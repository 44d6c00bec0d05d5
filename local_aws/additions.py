"""Everything that this project adds to MiniStack, put together."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from local_aws import resource_types, settings
from local_aws.ministack import account_defaults, cloudformation
from local_aws.runtime.agent import ProcessAgent
from local_aws.runtime.images import Images
from local_aws.runtime.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local_aws.resource_types.base import Correction


def add(state_dir: Path) -> None:
    """Change MiniStack in this process, and start what tasks find around them, if folders stand for images."""
    account_defaults.add_public_parameters()
    account_defaults.let_clients_choose_hosted_zone_ids()
    cloudformation.fail_custom_resources_early()
    cloudformation.keep_container_definitions_whole()
    cloudformation.provision_in_threads("AWS::ECS::Service", "AWS::RDS::DBInstance")
    if settings.containers_are_wanted(os.environ):
        resource_types.register()
        return
    images = Images(state_dir / settings.IMAGES_FILE)
    variables, corrections = _start_servers(state_dir, images) if images.file.exists() else ({}, ())
    resource_types.register(*corrections)
    surroundings = Surroundings(f"http://localhost:{os.environ['GATEWAY_PORT']}", variables)
    ProcessAgent(images, surroundings, state_dir / "tasks").register()


def _start_servers(state_dir: Path, images: Images) -> tuple[Mapping[str, str], tuple[Correction, ...]]:
    """Start a mail relay and prepare for databases and caches; return the variables of tasks, and corrections."""
    from local_aws import mail  # noqa: PLC0415 - not loaded where tasks are simulated
    from local_aws.data.authority import Authority  # noqa: PLC0415
    from local_aws.data.servers import DataServers  # noqa: PLC0415
    from local_aws.runtime import postgres_image  # noqa: PLC0415

    folder = state_dir / "images" / postgres_image.NAME
    postgres_image.write(folder)
    images.add(postgres_image.NAME, folder)
    relay = mail.start(state_dir / mail.FOLDER)
    authority = Authority(state_dir / "authority")
    return {**relay.variables, **authority.variables}, DataServers(state_dir, authority).corrections
