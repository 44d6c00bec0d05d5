"""The image of a declaration: its version, the same image for another environment, and the line `image: …`.

A digest has its tag in a comment beside it, for those who read the line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from constructs_lib.config.images import DIGEST_PREFIX, kept, short
from constructs_lib.config.model import AppConfig
from gitops.aws.session import AwsError
from gitops.declarations import with_field
from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from constructs_lib.config.environments import AccountRegion, Environment

    FindDigest = Callable[[AccountRegion, str, str], str | None]
    """Returns the digest of (place, repository, tag or digest), or None where there is no such image."""

_LINE = re.compile(
    r"""^(?P<field>image:[ \t]*(["']?)(?P<value>sha256:[0-9a-f]{64})\2)"""
    r"""(?:[ \t]+\#[ \t](?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?[ \t]*$""",
    re.MULTILINE,
)
"""The line of a digest, without a comment or with one that is a tag and nothing else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageVersion:
    """What `image` is to say. `tag` is the tag of a digest, empty where none is known.

    `unverified` says why AWS was not asked; empty when it was.
    """

    value: str
    tag: str = ""
    unverified: str = ""

    @property
    def readable(self) -> str:
        """The version in few words: a tag, or the beginning of a digest."""
        return self.tag or short(self.value)


def config_of(environment: Environment) -> AppConfig:
    """Return the declaration of an application. Raises UserError for a base or an account, which run no image."""
    if not isinstance(environment.config, AppConfig):
        raise UserError(f"{environment.name} is not an application (kind: {environment.kind}), so it has no image")
    return environment.config


def same_as(source: Environment, target: Environment, find_digest: FindDigest, *, tag: str = "") -> ImageVersion:
    """Return the version with which `target` runs the image that `source` runs; `tag` is that of its digest, if known.

    It is a digest, which names one image and no other, where the target runs images of one repository. `image` cannot
    name the digests of several, so there the tag stays, after their digests were compared. What the target declares
    already stays when it is that image. Services with an `image` of their own, in the source and in the target, have no
    part in this.

    Raises:
        UserError: what runs `image` in the target is not of the same repositories as in the source, or nothing does; or
            the target's account and region lack the image.
    """
    declared, wanted = config_of(target).image, config_of(source).image
    repositories = sorted(config_of(target).repositories_at_image)
    if not repositories:
        raise UserError(
            f"nothing in {target.name} runs its `image`: each of its services has one of its own; nothing was changed"
        )
    if foreign := set(repositories) - config_of(source).repositories_at_image:
        raise UserError(
            f"{target.name} runs its `image` of {', '.join(sorted(foreign))} and {source.name} does not; "
            "nothing was changed"
        )
    try:
        digests = [_digest_in_both(source, target, find_digest, repository) for repository in repositories]
    except AwsError as error:
        return _without_aws(source, target, error)
    is_tag = not wanted.startswith(DIGEST_PREFIX)
    if len(digests) > 1:
        return ImageVersion(value=wanted)
    if declared != digests[0] and find_digest(target.place, repositories[0], declared) == digests[0]:
        return ImageVersion(value=declared)
    return ImageVersion(value=digests[0], tag=wanted if is_tag else tag)


def _digest_in_both(source: Environment, target: Environment, find_digest: FindDigest, repository: str) -> str:
    """Return the digest of the source's image in a repository, once it is in the target's registry too."""
    wanted = config_of(source).image
    digest = find_digest(source.place, repository, wanted)
    if digest is None:
        raise UserError(f"ECR in {source.place} has no image {repository} {wanted}, which {source.name} declares")
    single = len(config_of(target).repositories_at_image) == 1
    there = find_digest(target.place, repository, digest if single else wanted)
    if there != digest:
        raise UserError(
            f"ECR in {target.place} has no image {repository} {wanted} with the digest {digest}, so {target.name} "
            "could not run it. Push it there first; nothing was changed"
        )
    return digest


def _without_aws(source: Environment, target: Environment, error: AwsError) -> ImageVersion:
    """Return the version as it is written; in one registry its tag is always the same image, since tags do not move."""
    wanted = config_of(source).image
    if source.place == target.place or wanted.startswith(DIGEST_PREFIX):
        return ImageVersion(value=wanted, unverified=str(error))
    raise UserError(
        f"{source.name} and {target.name} use different registries, and whether {wanted} is the same image in both is "
        f"not known: {error}"
    ) from error


def note_on_services(target: AppConfig, source: Environment | None = None) -> str:
    """Say which services keep their images, and where `source` runs others than the target will; nothing if neither.

    The target gets the `image` of `source`, or with None one that somebody has named.
    """
    others = _others(config_of(source), target) if source else []
    unlike = f"{source.name} runs other versions: {', '.join(others)}" if source and others else ""
    return "; ".join(filter(None, (kept(target.pinned_images), unlike)))


def _others(source: AppConfig, target: AppConfig) -> list[str]:
    """Return what the source runs in those services in which the target will run another image."""
    then = replace(target, image=source.image)
    found = []
    for name, service in target.services.items():
        if (theirs := source.services.get(name)) is None:
            continue
        image, wanted = source.image_of(theirs), then.image_of(service)
        if image != wanted:
            found.append(f"{name} {short(image.version) if image.repository == wanted.repository else image}")
    return found


def tag_beside(text: str) -> str:
    """Return the tag in the comment beside the digest that a declaration has, empty when there is none."""
    found = _LINE.search(text)
    return (found["tag"] or "") if found else ""


def with_image(text: str, shown: str, version: ImageVersion) -> str:
    """Return a declaration with another image; `shown` is its path, for messages.

    Raises:
        DeclarationError: the declaration is no YAML that a declaration may be.
        UserError: it is written in a way that cannot be edited without changing something else.
    """
    # The tag beside the old digest goes with it; whatever else somebody has written there stays.
    bare = _LINE.sub(r"\g<field>", text, count=1)
    edited = with_field(bare, shown, "image", version.value)
    if not version.tag or not version.value.startswith(DIGEST_PREFIX):
        return edited
    return _LINE.sub(lambda found: found[0] if found["tag"] else f"{found['field']} # {version.tag}", edited, count=1)
