"""Images in ECR: a version of what a repository holds."""

from collections.abc import Mapping
from typing import NamedTuple

DIGEST_PREFIX = "sha256:"
"""Begins a digest, and no tag: tags hold no colon."""

_DIGITS_OF_A_SHORT_DIGEST = 12


class ImageName(NamedTuple):
    """An image by the name of its repository and its version: a tag, or a digest."""

    repository: str
    version: str

    def __str__(self) -> str:
        """Return it as registries write it: a digest stands after an @, a tag after a colon."""
        return f"{self.repository}{'@' if self.version.startswith(DIGEST_PREFIX) else ':'}{self.version}"


def short(version: str) -> str:
    """Return a version in few words: a tag as it is, the beginning of a digest."""
    if not version.startswith(DIGEST_PREFIX):
        return version
    return version[: len(DIGEST_PREFIX) + _DIGITS_OF_A_SHORT_DIGEST]


def kept(pinned: Mapping[str, str]) -> str:
    """Say which services, by name, keep these versions whatever the application's `image` is; nothing for none."""
    listed = ", ".join(f"{name} {short(version)}" for name, version in pinned.items())
    return f"services with an image of their own keep it: {listed}" if listed else ""
