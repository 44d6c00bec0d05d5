"""Images of the engine: how the one of a task is found there, or pulled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local_aws.engine.client import EngineError

if TYPE_CHECKING:
    from local_aws.engine.client import Engine
    from local_aws.runtime.dockerfile import ImageConfig

_ECR = re.compile(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/(?P<image>.+)")
"""An image in a registry of ECR: here, a registry of the embedded AWS."""


def find_or_pull(engine: Engine, image: str) -> tuple[str, ImageConfig]:
    """Return the name by which the engine has an image, and how the image is run.

    The registries of ECR are those of the embedded AWS, which hold no layers: a pull would ask the real AWS. Such an
    image has to be in the engine, by its whole name or by what follows the registry. Others are pulled when missing.

    Raises:
        EngineError: the engine does not have it and cannot pull it, or does not answer.
    """
    of_ecr = _ECR.fullmatch(image)
    for name in (image, of_ecr["image"]) if of_ecr else (image,):
        config = engine.image(name)
        if config is not None:
            return name, config
    if of_ecr:
        raise EngineError(
            f"the engine at {engine.host} has no image {image}; build it there: docker build --tag {image} FOLDER"
        )
    engine.pull(image)
    config = engine.image(image)
    if config is None:
        raise EngineError(f"the engine at {engine.host} has pulled {image} and does not have it")
    return image, config
