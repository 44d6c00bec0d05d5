"""Images: their names, and which of them the tasks of an application run."""

from dataclasses import replace

from constructs_lib.config.images import ImageName, kept, short
from constructs_lib.config.model import AdHocAppConfig, JobConfig, ServiceConfig

DIGEST = f"sha256:{'0123456789abcdef' * 4}"
ALPHA = AdHocAppConfig(
    owner="octocat",
    repository="microblog",
    image="v1",
    expires="2026-12-01",
    services={
        "web": ServiceConfig(),
        "worker": ServiceConfig(image="v9"),
        "frontend": ServiceConfig(repository="site"),
        "relay": ServiceConfig(repository="relay", image=DIGEST),
    },
)
PINNED = replace(ALPHA, services={"worker": ALPHA.services["worker"], "relay": ALPHA.services["relay"]})
JOB = JobConfig(command=("clean",), schedule="0 3 * * *")


def test_a_tag_stands_after_a_colon_and_a_digest_after_an_at() -> None:
    assert str(ImageName("site", "v1")) == "site:v1"
    assert str(ImageName("site", DIGEST)) == f"site@{DIGEST}"
    assert (short("v1.4.2-very-long-tag"), short(DIGEST)) == ("v1.4.2-very-long-tag", "sha256:0123456789ab")


def test_a_service_takes_repository_and_version_from_the_app_each_where_it_says_none() -> None:
    assert {name: ALPHA.image_of(service) for name, service in ALPHA.services.items()} == {
        "web": ("microblog", "v1"),
        "worker": ("microblog", "v9"),
        "frontend": ("site", "v1"),
        "relay": ("relay", DIGEST),
    }
    assert ALPHA.own_image == ("microblog", "v1")


def test_another_version_of_the_application_s_repository_is_the_application_still() -> None:
    assert [name for name, service in ALPHA.services.items() if ALPHA.is_own(service)] == ["web", "worker"]


def test_images_are_those_of_services_and_of_commands_each_once() -> None:
    twice = replace(ALPHA, services={**ALPHA.services, "beat": ServiceConfig()}, release_command=("migrate",))

    assert twice.images == (("microblog", "v1"), ("microblog", "v9"), ("site", "v1"), ("relay", DIGEST))
    assert PINNED.images == (("microblog", "v9"), ("relay", DIGEST))
    for commands in ({"release_command": ("x",)}, {"post_release_command": ("x",)}, {"jobs": {"cleanup": JOB}}):
        assert replace(PINNED, **commands).images == (*PINNED.images, ("microblog", "v1"))


def test_the_application_s_version_is_run_where_no_service_has_its_own() -> None:
    assert ALPHA.repositories_at_image == {"microblog", "site"}
    assert ALPHA.pinned_images == {"worker": "v9", "relay": DIGEST}
    assert PINNED.repositories_at_image == frozenset()
    assert replace(PINNED, jobs={"cleanup": JOB}).repositories_at_image == {"microblog"}


def test_services_that_keep_their_versions_are_named() -> None:
    assert kept(ALPHA.pinned_images) == (
        "services with an image of their own keep it: worker v9, relay sha256:0123456789ab"
    )
    assert kept({}) == ""
