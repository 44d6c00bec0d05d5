"""The line `image: …`, and the tag beside a digest."""

from __future__ import annotations

import pytest

from gitops.promote.image import Version
from gitops.promote.image_line import tag_beside, with_image

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
REST = "owner: octocat   # who\n"
TAGGED = Version(value=TWO, tag="v2")


def edited(line: str, version: Version) -> str:
    text = with_image(f"{line}\n{REST}", "dev/alpha.yaml", version)
    assert text.endswith(f"\n{REST}")
    return text.removesuffix(f"\n{REST}")


@pytest.mark.parametrize(
    ("before", "version", "after"),
    [
        pytest.param("image: v1", TAGGED, f"image: {TWO} # v2", id="a digest gets its tag"),
        pytest.param(f"image: {ONE} # v1", TAGGED, f"image: {TWO} # v2", id="another digest, another tag"),
        pytest.param(f"image: {ONE} # v1", Version(value=TWO), f"image: {TWO}", id="a tag that is not known goes"),
        pytest.param(f"image: {ONE} # v1", Version(value="v3"), "image: v3", id="a tag needs none"),
        pytest.param("image: v1", Version(value="v3"), "image: v3", id="tag to tag"),
        pytest.param("image: v1   # do not touch", TAGGED, f"image: {TWO}   # do not touch", id="words stay"),
        pytest.param(f"image: {ONE} # keep this", TAGGED, f"image: {TWO} # keep this", id="words beside a digest stay"),
        pytest.param(f'image: "{ONE}" # v1', TAGGED, f'image: "{TWO}" # v2', id="quotes stay"),
    ],
)
def test_the_tag_beside_a_digest_is_always_its_own(before: str, version: Version, after: str) -> None:
    assert edited(before, version) == after


def test_the_tag_beside_a_digest_is_read_and_other_comments_are_not() -> None:
    assert tag_beside(f"kind: ad-hoc-app\nimage: {ONE} # v1.4.2\n") == "v1.4.2"
    assert tag_beside(f"image: {ONE} # the stable one\n") == ""
    assert tag_beside("image: v1 # v2\n") == ""
    assert tag_beside(f"image: {ONE}\n") == ""


def test_a_mapping_on_one_line_is_edited_too() -> None:
    assert edited("environment: {A: b}\nimage: v1", TAGGED).endswith(f"image: {TWO} # v2")
    flow = f"{{kind: ad-hoc-app, image: {ONE}, owner: octocat}}\n"
    assert with_image(flow, "dev/alpha.yaml", TAGGED) == flow.replace(ONE, TWO)
