"""The embedded AWS, found by its state file and started and stopped by its command line."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from constructs_lib.config.images import ImageName
from gitops import checkout
from gitops.aws import embedded
from gitops.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from local_aws.lifecycle import EmbeddedAws


def test_a_running_one_is_found_with_all_that_it_publishes(embedded_state: tuple[Path, EmbeddedAws]) -> None:
    state_dir, aws = embedded_state

    found = embedded.find(state_dir)

    assert found is not None
    assert (found.endpoint, found.pid, found.port) == (aws.endpoint, aws.pid, aws.port)
    assert (found.account, found.started) == (aws.account, aws.started)
    assert found.environment("222222222222", "eu-west-1") == {
        "AWS_ENDPOINT_URL": aws.endpoint,
        "AWS_ACCESS_KEY_ID": "222222222222",
        "AWS_SECRET_ACCESS_KEY": "embedded",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    assert found.url("dev/alpha") == f"http://alpha.dev.localhost:{aws.port}/"


@pytest.mark.parametrize("content", [None, "", "{}", '{"pid": 1}'])
def test_a_stale_state_file_and_none_are_none(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "local.json").write_text(content)

    assert embedded.find(tmp_path) is None
    assert embedded.find(tmp_path / "absent") is None


def test_a_published_file_that_nobody_locks_is_stale(tmp_path: Path, embedded_state: tuple[Path, EmbeddedAws]) -> None:
    (tmp_path / "local.json").write_text((embedded_state[0] / "local.json").read_text())

    assert json.loads((tmp_path / "local.json").read_text())["pid"] == embedded_state[1].pid
    assert embedded.find(tmp_path) is None


def test_one_that_cannot_start_is_an_error_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(checkout, "LOCAL_STATE", tmp_path / "file")

    with pytest.raises(UserError, match=r"the embedded AWS cannot start in .*file"):
        embedded.up("111111111111", "us-east-1", tmp_path / "images.json")


def test_commands_import_nothing_of_the_embedded_aws() -> None:
    script = "import sys, gitops.aws.target, gitops.commands.local, gitops.commands.open; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()

    assert "gitops.aws.embedded" in modules
    assert {name for name in modules if name.split(".")[0] in {"local_aws", "ministack", "psutil"}} == set()


@pytest.mark.parametrize(
    ("names", "version"),
    [
        (["shop"], "v1"),
        (["shop:v1"], "v1"),
        (["shop@sha256:0a"], "sha256:0a"),
        (["other", embedded.EVERY_OTHER_IMAGE], "v1"),
    ],
)
def test_an_image_runs_by_its_name_its_version_or_in_an_engine(names: list[str], version: str) -> None:
    assert embedded.runs(names, ImageName("shop", version))


@pytest.mark.parametrize("names", [[], ["other"], ["shop:v2"]])
def test_other_images_are_simulated(names: list[str]) -> None:
    assert not embedded.runs(names, ImageName("shop", "v1"))
