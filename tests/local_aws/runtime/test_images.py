"""Which folder stands for which image."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from local_aws.runtime.images import Images, keys

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("uri", "names"),
    [
        ("111111111111.dkr.ecr.us-east-1.amazonaws.com/shop:v1", ["shop:v1", "shop"]),
        ("localhost:5000/team/shop", ["shop"]),
        ("shop@sha256:0a", ["shop@sha256:0a", "shop"]),
        ("shop:v1@sha256:0a", ["shop@sha256:0a", "shop:v1", "shop"]),
    ],
)
def test_keys(uri: str, names: list[str]) -> None:
    assert keys(uri) == names


def test_the_longer_key_wins(tmp_path: Path) -> None:
    for name in ("shop", "v2", "shop/.venv/bin", "v2/bin"):
        (tmp_path / name).mkdir(parents=True)
    file = tmp_path / "images.json"
    file.write_text(json.dumps({"shop": str(tmp_path / "shop"), "shop:v2": str(tmp_path / "v2"), "gone": "/absent"}))
    images = Images(file)

    first, second = images.find("shop:v1"), images.find("shop:v2")

    assert first is not None
    assert second is not None
    assert (first.folder, first.programs) == (tmp_path / "shop", (tmp_path / "shop" / ".venv" / "bin",))
    assert (second.folder, second.programs) == (tmp_path / "v2", (tmp_path / "v2" / "bin",))
    assert images.find("other:v1") is None
    assert images.find("gone:v1") is None
    assert Images(tmp_path / "absent.json").find("shop:v1") is None
