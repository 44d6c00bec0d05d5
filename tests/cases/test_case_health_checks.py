"""What a deployment says whose health checks fail: how they fail, and what to change, in the terminal and the comment.

ECS says in events of the service what the load balancer got; the tasks that it stops say that it did not get 200.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from gitops.report import results
from gitops.report.deployment import render
from tests.environments.conftest import world
from tests.sample import APPLICATION, needs_application

if TYPE_CHECKING:
    from tests.environments.world import World

__all__ = ["world"]

pytestmark = needs_application

SITE = Path(__file__).parent / "inputs" / "health-checks" / "site.py"
REFUSED, REDIRECTED, LOOPBACK = "dev/refused", "dev/redirected", "dev/loopback"


class Said(NamedTuple):
    """The messages of one command that deploys three sites."""

    terminal: str
    comment: str
    status: int


@pytest.fixture(scope="module")
def said(world: World, tmp_path_factory: pytest.TempPathFactory) -> Said:
    image = tmp_path_factory.mktemp("site")
    shutil.copy(SITE, image)
    (image / ".venv").symlink_to(APPLICATION / ".venv")
    world.image("site", image)
    arguments = {
        REFUSED: ["0.0.0.0:8000"],
        REDIRECTED: ["0.0.0.0:8000", "redirect"],
        LOOPBACK: ["127.0.0.1:0"],
    }
    for name, words in arguments.items():
        web = {
            "command": ["python", "site.py", *words],
            "health_check_path": "/health/",
            "health_check_grace_seconds": 5,
        }
        services = {"web": web, "worker": None, "beat": None}
        world.declare(name, image="site", cache=False, release_command=["python", "-c", "pass"], services=services)
    folder = tmp_path_factory.mktemp("results")
    deployed = world.relayed("deploy", *arguments, "--results", str(folder))
    comment = render(results.read(folder), sha="0" * 40, run_url="https://github.com/example", limit=60_000)
    return Said(deployed.stderr, comment, deployed.returncode)


def part(text: str, name: str) -> str:
    """Return what is said of one environment."""
    heading = re.search(rf"^(#### `{name}`.*|{name} \w+:)$", text, re.MULTILINE)
    assert heading, text
    return text[heading.end() :].partition("Fix it in a pull request")[0]


@pytest.mark.parametrize(
    ("name", "got", "remedy"),
    [
        (REFUSED, "Health checks failed with these codes: [400]", "add it to ALLOWED_HOSTS"),
        (REDIRECTED, "Health checks failed with these codes: [301]", "set SECURE_PROXY_SSL_HEADER"),
        (LOOPBACK, "): Health checks failed\n", "the command may bind another `port`, or 127.0.0.1"),
    ],
)
def test_how_health_checks_fail_is_told_with_the_remedy(said: Said, name: str, got: str, remedy: str) -> None:
    assert said.status == 1
    for text in (said.terminal, said.comment):
        told = part(text, name)
        assert "web: Task failed ELB health checks in (target-group arn:aws:" in told
        assert got in told
        assert told.count("Hint:") == 1
        assert remedy in told
