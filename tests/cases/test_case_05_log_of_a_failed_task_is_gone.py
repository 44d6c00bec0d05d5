"""What a first deployment says whose tasks fail: exit code, reason and last log lines, though the logs are gone.

A service that could not start ended with "Essential container in task exited", and its log was rolled back.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.environments.conftest import world
from tests.sample import needs_application

if TYPE_CHECKING:
    import subprocess

    from tests.environments.world import World

__all__ = ["world"]

pytestmark = needs_application

INPUTS = Path(__file__).parent / "inputs" / "05-log-of-a-failed-task-is-gone"


def deploy(world: World, name: str, file: str, **more: object) -> subprocess.CompletedProcess[str]:
    """Deploy a case as a new environment, with a day of expiry that is still to come."""
    fields = {key: value for key, value in yaml.safe_load((INPUTS / file).read_text()).items() if key != "expires"}
    world.declare(name, **{**fields, **more})
    return world.relayed("deploy", name)


@pytest.fixture(scope="module")
def crashed(world: World) -> subprocess.CompletedProcess[str]:
    return deploy(world, "dev/crash", "crash.yaml")


def test_a_service_that_cannot_start_is_told_with_its_exit_code_and_traceback(
    crashed: subprocess.CompletedProcess[str],
) -> None:
    assert crashed.returncode == 1
    assert re.search(r"web: exit code [1-9]\d*; Essential container in task exited", crashed.stderr), crashed.stderr
    assert "Its last log lines:" in crashed.stderr
    assert "Traceback (most recent call last):" in crashed.stderr
    # The application's log is JSON, in which a traceback is one text.
    assert "importlib._bootstrap" in crashed.stderr
    assert "ModuleNotFoundError: No module named 'config.wsgy'" in crashed.stderr


def test_nothing_of_a_framework_is_in_it(crashed: subprocess.CompletedProcess[str]) -> None:
    assert "    at " not in crashed.stderr
    assert "Hint:" not in crashed.stderr


def test_a_release_that_fails_is_told_with_its_whole_traceback(world: World) -> None:
    released = deploy(world, "dev/release", "release.yaml")

    assert released.returncode == 1
    assert "exit code 1" in released.stderr
    assert 'File "<string>", line 1, in <module>' in released.stderr
    assert "ModuleNotFoundError: No module named 'nothing_like_it'" in released.stderr


def test_a_command_that_the_image_lacks_is_told_with_a_hint(world: World) -> None:
    missing = deploy(
        world,
        "dev/missing",
        "crash.yaml",
        services={"web": {"command": ["sh", "-c", "no-such-program"]}, "worker": None, "beat": None},
    )

    assert missing.returncode == 1
    assert "web: exit code 127" in missing.stderr
    assert "no-such-program" in missing.stderr
    assert "Hint: 127: the image has no such command" in missing.stderr
