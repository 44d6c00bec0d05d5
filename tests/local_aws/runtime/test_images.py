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
        ("localhost:5000/team/shop", ["team/shop", "shop"]),
        ("public.ecr.aws/team/shop:v1", ["team/shop:v1", "shop:v1", "team/shop", "shop"]),
        ("shop@sha256:0a", ["shop@sha256:0a", "shop"]),
        ("shop:v1@sha256:0a", ["shop@sha256:0a", "shop:v1", "shop"]),
    ],
)
def test_keys(uri: str, names: list[str]) -> None:
    assert keys(uri) == names


def test_the_more_specific_key_wins(tmp_path: Path) -> None:
    for name in ("shop", "v2", "shop/.venv/bin", "v2/bin"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "state").mkdir()
    file = tmp_path / "images.json"
    file.write_text(json.dumps({"shop": str(tmp_path / "shop"), "shop:v2": str(tmp_path / "v2"), "gone": "/absent"}))
    images = Images(tmp_path / "state")
    images.use(file)

    first, second = images.find("shop:v1"), images.find("shop:v2")

    assert first is not None
    assert second is not None
    assert (first.folder, first.programs) == (tmp_path / "shop", (tmp_path / "shop" / ".venv" / "bin",))
    assert (second.folder, second.programs) == (tmp_path / "v2", (tmp_path / "v2" / "bin",))
    assert images.find("other:v1") is None
    assert images.find("gone:v1") is None
    assert images.names() == ["shop", "shop:v2"]


def test_a_row_may_name_a_dockerfile_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "shop" / "docker").mkdir(parents=True)
    (tmp_path / "shop" / "Dockerfile").write_text('CMD ["top"]\n')
    (tmp_path / "shop" / "docker" / "Dockerfile").write_text('CMD ["below"]\n')
    row = {"folder": str(tmp_path / "shop"), "dockerfile": "docker/Dockerfile"}
    (tmp_path / "rows.json").write_text(json.dumps({"shop": row, "plain": row["folder"]}))
    images = Images(tmp_path)
    images.use(tmp_path / "rows.json")

    found, plain = images.find("shop:v1"), images.find("plain:v1")

    assert found is not None
    assert plain is not None
    assert (found.config.command, plain.config.command) == (("below",), ("top",))
    assert images.names() == ["plain", "shop"]


def test_the_file_may_come_later_and_images_of_its_own_need_none(tmp_path: Path) -> None:
    images = Images(tmp_path)
    images.own("postgres").mkdir(parents=True)
    assert (images.wanted, images.find("postgres"), images.names()) == (False, None, [])

    images.use(tmp_path / "later.json")

    found = images.find("public.ecr.aws/docker/library/postgres:17")
    assert found is not None
    assert (images.wanted, found.folder, images.names()) == (True, tmp_path / "images" / "postgres", ["postgres"])
    assert images.find("shop:v1") is None
    (tmp_path / "later.json").write_text(json.dumps({"shop": str(tmp_path)}))
    assert images.find("shop:v1") is not None
