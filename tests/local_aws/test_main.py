"""The command line, by which other programs start and stop the embedded AWS, and the file by which they find it."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from local_aws import lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCOUNT = "123456789012"

NOTHING_DECIDED = {"authorised": 0, "denied": 0, "principals": [], "denials": []}


@pytest.fixture
def state_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "local"
    yield folder
    lifecycle.down(folder)


def run(state_dir: Path, *arguments: str) -> tuple[dict[str, Any], str]:
    """Run a command that works; return its object and what it printed on standard error."""
    command = [sys.executable, "-m", "local_aws", "--state-dir", str(state_dir), *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout), done.stderr


def test_up_status_and_down(state_dir: Path) -> None:
    started, said = run(state_dir, "up", "--account", ACCOUNT, "--port", "0")
    published = json.loads((state_dir / "local.json").read_text())
    with (state_dir / "local.json").open() as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # as other programs look whether it lives
    again, _ = run(state_dir, "up", "--account", "210987654321")
    status, _ = run(state_dir, "status")
    stopped, _ = run(state_dir, "down")

    assert said == ""
    here = {"running": True, "changed": True, "images": [], "engine": None}
    assert started == {**here, "permissions": NOTHING_DECIDED, **published}
    assert again == status == {**started, "changed": False}
    assert published.keys() == {
        "endpoint",
        "pid",
        "port",
        "account",
        "secret_access_key",
        "environment_url",
        "started",
    }
    assert published["endpoint"] == f"http://localhost:{published['port']}"
    assert published["environment_url"] == f"http://{{name}}.{{folder}}.localhost:{published['port']}/"
    assert (published["account"], published["secret_access_key"]) == (ACCOUNT, "embedded")
    assert stopped == {"running": False, "changed": True}
    assert run(state_dir, "status")[0] == run(state_dir, "down")[0] == {"running": False, "changed": False}


def test_images_are_those_of_a_file_that_have_a_folder(state_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "images.json"
    file.write_text(json.dumps({"shop": str(tmp_path), "gone": str(tmp_path / "absent")}))

    started, _ = run(state_dir, "up", "--account", ACCOUNT, "--port", "0", "--images", str(file))
    run(state_dir, "down")

    assert started["images"] == ["postgres", "shop", "valkey"]
    assert file.exists()


def test_an_error_is_a_message_and_1(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    command = [sys.executable, "-m", "local_aws", "--state-dir", str(tmp_path / "file"), "up", "--account", ACCOUNT]

    done = subprocess.run(command, check=False, capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"the embedded AWS cannot start in {tmp_path / 'file'}: ")
    assert "Traceback" not in done.stderr


def test_gitops_is_not_needed(tmp_path: Path) -> None:
    package = os.path.dirname(lifecycle.__file__)  # noqa: PTH120 - a link keeps its parent
    (tmp_path / "local_aws").symlink_to(package)
    imports = "import sys; sys.path.insert(0, '.'); import local_aws.additions, local_aws.server, local_aws.__main__;"
    script = f"{imports} print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=tmp_path
    ).stdout.split()

    assert "local_aws.additions" in done
    assert {name for name in done if name.split(".")[0] in {"gitops", "constructs_lib", "aws_cdk"}} == set()


@pytest.mark.parametrize(
    ("effect", "counted", "code"),
    [("Allowed", "1 authorised, 0 denied", 0), ("ImplicitlyDenied", "0 authorised, 1 denied", 1)],
)
def test_what_was_denied_is_an_error(tmp_path: Path, effect: str, counted: str, code: int) -> None:
    decision = {"principal": "arn:aws:iam::1:role/it", "action": "s3:GetObject", "resource": "arn:x", "effect": effect}
    (tmp_path / "authorisation.jsonl").write_text(f"{json.dumps(decision)}\n")
    command = [sys.executable, "-m", "local_aws", "--state-dir", str(tmp_path), "permissions"]

    done = subprocess.run(command, check=False, capture_output=True, text=True)

    denied = ["  arn:aws:iam::1:role/it was denied s3:GetObject on arn:x"] if code else []
    assert (done.returncode, done.stdout.splitlines()) == (code, [f"permissions: {counted}", *denied])
