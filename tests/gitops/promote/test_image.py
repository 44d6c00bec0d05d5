"""The image of a declaration: the one that another environment runs, its line and the tag beside a digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from constructs_lib.config.environments import AccountRegion, Environment
from constructs_lib.config.model import AdHocAppConfig, ServiceConfig
from gitops.aws.session import AwsError
from gitops.errors import UserError
from gitops.promote.image import ImageVersion, note_on_services, same_as, tag_beside, with_image
from tests.gitops.factories import HOME, environment

if TYPE_CHECKING:
    from gitops.promote.image import FindDigest

EUROPE = AccountRegion("111111111111", "eu-central-1")
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
REST = "owner: octocat   # who\n"
TAGGED = ImageVersion(value=TWO, tag="v2")


def app(
    name: str,
    image: str,
    *,
    where: AccountRegion = HOME,
    repositories: Mapping[str, str | None] | None = None,
    pinned: Mapping[str, str] | None = None,
) -> Environment:
    """Return an app whose services have these repositories and, where `pinned`, images of their own."""
    own_images = pinned or {}
    services = {
        service: ServiceConfig(repository=own, image=own_images.get(service))
        for service, own in (repositories or {"web": None}).items()
    }
    config = AdHocAppConfig(
        owner="octocat", repository="microblog", image=image, services=services, expires="2026-12-01"
    )
    base = environment("dev")
    return replace(environment(name, base), config=config, region=where.region)


@dataclass(frozen=True)
class Registries:
    """What ECR has, (place, repository, tag): digest."""

    images: Mapping[tuple[AccountRegion, str, str], str]
    asked: list[str] = field(default_factory=list)

    def find(self, where: AccountRegion, repository: str, version: str) -> str | None:
        self.asked.append(version)
        digests = {digest for (place, name, _), digest in self.images.items() if (place, name) == (where, repository)}
        return version if version in digests else self.images.get((where, repository, version))


def registries(*tags: tuple[AccountRegion, str, str, str]) -> FindDigest:
    return Registries({(where, repository, tag): digest for where, repository, tag, digest in tags}).find


def unreachable(*_: object) -> str | None:
    raise AwsError("no AWS credentials")


def test_a_tag_becomes_its_digest() -> None:
    found = registries((HOME, "microblog", "v2", TWO), (HOME, "microblog", "v1", ONE))

    version = same_as(app("dev/alpha", "v2"), app("dev/beta", "v1"), found)

    assert version == ImageVersion(value=TWO, tag="v2")
    assert version.readable == "v2"


def test_a_digest_is_copied_with_its_tag_when_that_is_known() -> None:
    found = registries((HOME, "microblog", "v2", TWO), (HOME, "microblog", "v1", ONE))

    assert same_as(app("dev/alpha", TWO), app("dev/beta", "v1"), found) == ImageVersion(value=TWO)
    assert same_as(app("dev/alpha", TWO), app("dev/beta", "v1"), found, tag="v2") == ImageVersion(value=TWO, tag="v2")


def test_what_is_declared_already_stays_when_it_is_that_image() -> None:
    found = registries((HOME, "microblog", "v2", TWO), (HOME, "microblog", "stable", TWO))

    assert same_as(app("dev/alpha", "v2"), app("dev/beta", "stable"), found).value == "stable"
    assert same_as(app("dev/alpha", "v2"), app("dev/beta", "v2"), found).value == "v2"
    assert same_as(app("dev/alpha", "v2"), app("dev/beta", TWO), found).value == TWO


def test_another_registry_has_to_have_the_image() -> None:
    here = (HOME, "microblog", "v2", TWO)
    source, target = app("dev/alpha", "v2"), app("prod/app", "v1", where=EUROPE)

    with pytest.raises(UserError, match=r"eu-central-1 has no image microblog v2 .* Push it there first"):
        same_as(source, target, registries(here, (EUROPE, "microblog", "v2", ONE)))
    assert same_as(source, target, registries(here, (EUROPE, "microblog", "other-name", TWO))).value == TWO


def test_an_image_that_is_not_there_is_not_promoted() -> None:
    with pytest.raises(UserError, match="us-east-1 has no image microblog v2, which dev/alpha declares"):
        same_as(app("dev/alpha", "v2"), app("dev/beta", "v1"), registries())


def test_the_images_of_several_repositories_keep_their_tag_when_they_are_the_same() -> None:
    both = {"web": None, "frontend": "microblog-frontend"}
    source, target = (
        app("dev/alpha", "v2", repositories=both),
        app("prod/app", "v1", where=EUROPE, repositories=both),
    )
    there = [(where, "microblog", "v2", TWO) for where in (HOME, EUROPE)]
    frontend = (HOME, "microblog-frontend", "v2", ONE)

    same = registries(*there, frontend, (EUROPE, "microblog-frontend", "v2", ONE))
    assert same_as(source, target, same) == ImageVersion(value="v2")
    with pytest.raises(UserError, match="has no image microblog-frontend v2 with the digest"):
        same_as(source, target, registries(*there, frontend, (EUROPE, "microblog-frontend", "v2", TWO)))


def test_an_application_gets_no_image_of_another() -> None:
    target = app("prod/app", "v1", repositories={"web": "shop"})

    with pytest.raises(UserError, match="prod/app runs its `image` of shop and dev/alpha does not"):
        same_as(app("dev/alpha", "v2"), target, registries((HOME, "microblog", "v2", TWO)))


FRONTEND = {"web": None, "frontend": "microblog-frontend"}


def test_a_service_with_an_image_of_its_own_has_no_part_in_a_promotion() -> None:
    found = Registries({(HOME, "microblog", "v2"): TWO, (HOME, "microblog", "v1"): ONE})
    source, target = app("dev/alpha", "v2"), app("dev/beta", "v1", repositories=FRONTEND, pinned={"frontend": "v9"})

    assert same_as(source, target, found.find) == ImageVersion(value=TWO, tag="v2")
    assert "v9" not in found.asked


def test_what_the_source_pins_is_not_what_the_target_gets() -> None:
    source = app("dev/alpha", "v2", repositories=FRONTEND, pinned={"frontend": "v9"})
    target = app("dev/beta", "v1", repositories=FRONTEND)

    with pytest.raises(UserError, match="dev/beta runs its `image` of microblog-frontend and dev/alpha does not"):
        same_as(source, target, registries((HOME, "microblog", "v2", TWO), (HOME, "microblog-frontend", "v2", ONE)))


def test_an_image_that_nothing_runs_is_not_promoted() -> None:
    target = app("dev/beta", "v1", pinned={"web": "v9"})

    with pytest.raises(UserError, match="nothing in dev/beta runs its `image`"):
        same_as(app("dev/alpha", "v2"), target, registries((HOME, "microblog", "v2", TWO)))


def noted(target: Environment, source: Environment | None = None) -> str:
    assert isinstance(target.config, AdHocAppConfig)
    return note_on_services(target.config, source)


def test_services_that_keep_their_images_are_named_with_what_the_source_runs_there() -> None:
    target = app("dev/beta", "v1", repositories=FRONTEND, pinned={"frontend": "v9"})
    keeps = "services with an image of their own keep it: frontend v9"

    assert noted(target) == keeps
    assert noted(target, app("dev/alpha", "v2")) == keeps
    assert noted(target, app("dev/alpha", "v2", repositories=FRONTEND, pinned={"frontend": "v9"})) == keeps
    newer = app("dev/alpha", "v2", repositories=FRONTEND, pinned={"frontend": TWO})
    assert noted(target, newer) == f"{keeps}; dev/alpha runs other versions: frontend sha256:222222222222"
    other = app("dev/alpha", "v2", repositories={"frontend": "site"}, pinned={"frontend": "v9"})
    assert noted(target, other) == f"{keeps}; dev/alpha runs other versions: frontend site:v9"


def test_what_the_source_alone_pins_is_named() -> None:
    two = {"web": None, "worker": None}
    source = app("dev/alpha", "v2", repositories=two, pinned={"worker": "v1"})

    assert noted(app("dev/beta", "v1", repositories=two), source) == "dev/alpha runs other versions: worker v1"
    assert noted(app("dev/beta", "v1", repositories=two), app("dev/alpha", "v2", repositories=two)) == ""
    assert noted(app("dev/beta", "v1", repositories=two)) == ""


def test_without_aws_a_tag_is_the_same_image_in_one_registry_only() -> None:
    version = same_as(app("dev/alpha", "v2"), app("dev/beta", "v1"), unreachable)
    assert (version.value, version.unverified) == ("v2", "no AWS credentials")

    with pytest.raises(UserError, match="different registries, and whether v2 is the same image in both is not known"):
        same_as(app("dev/alpha", "v2"), app("prod/app", "v1", where=EUROPE), unreachable)
    assert same_as(app("dev/alpha", TWO), app("prod/app", "v1", where=EUROPE), unreachable).value == TWO


def test_a_base_has_no_image() -> None:
    with pytest.raises(UserError, match="dev/base is not an application"):
        same_as(app("dev/alpha", "v2"), environment("dev"), registries())


def edited(line: str, version: ImageVersion) -> str:
    text = with_image(f"{line}\n{REST}", "dev/alpha.yaml", version)
    assert text.endswith(f"\n{REST}")
    return text.removesuffix(f"\n{REST}")


@pytest.mark.parametrize(
    ("before", "version", "after"),
    [
        pytest.param("image: v1", TAGGED, f"image: {TWO} # v2", id="a digest gets its tag"),
        pytest.param(f"image: {ONE} # v1", TAGGED, f"image: {TWO} # v2", id="another digest, another tag"),
        pytest.param(f"image: {ONE} # v1", ImageVersion(value=TWO), f"image: {TWO}", id="a tag that is not known goes"),
        pytest.param(f"image: {ONE} # v1", ImageVersion(value="v3"), "image: v3", id="a tag needs none"),
        pytest.param("image: v1", ImageVersion(value="v3"), "image: v3", id="tag to tag"),
        pytest.param("image: v1   # do not touch", TAGGED, f"image: {TWO}   # do not touch", id="words stay"),
        pytest.param(f"image: {ONE} # keep this", TAGGED, f"image: {TWO} # keep this", id="words beside a digest stay"),
        pytest.param(f'image: "{ONE}" # v1', TAGGED, f'image: "{TWO}" # v2', id="quotes stay"),
    ],
)
def test_the_tag_beside_a_digest_is_always_its_own(before: str, version: ImageVersion, after: str) -> None:
    assert edited(before, version) == after


def test_the_tag_beside_a_digest_is_read_and_other_comments_are_not() -> None:
    assert tag_beside(f"kind: ad-hoc-app\nimage: {ONE} # v1.4.2\n") == "v1.4.2"
    assert tag_beside(f"image: {ONE} # the stable one\n") == ""
    assert tag_beside("image: v1 # v2\n") == ""
    assert tag_beside(f"image: {ONE}\n") == ""


def test_the_image_of_a_service_is_not_the_one_that_is_edited() -> None:
    services = f"services:\n  frontend:\n    image: {ONE} # v1\n"

    assert with_image(f"{services}image: v1\n", "dev/alpha.yaml", TAGGED) == f"{services}image: {TWO} # v2\n"
    assert tag_beside(services) == ""


def test_a_mapping_on_one_line_is_edited_too() -> None:
    assert edited("environment: {A: b}\nimage: v1", TAGGED).endswith(f"image: {TWO} # v2")
    flow = f"{{kind: ad-hoc-app, image: {ONE}, owner: octocat}}\n"
    assert with_image(flow, "dev/alpha.yaml", TAGGED) == flow.replace(ONE, TWO)
