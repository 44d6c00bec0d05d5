"""The repository of a team that has removed the sample, and declares environments of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.sample import NO_APPLICATION, ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.processes

DECLARATIONS = {
    "accounts/sandbox.yaml": """\
kind: account
id: "999999999999"
region: eu-west-1
github: {repository: acme/deployments, owner_id: 1001, repository_id: 2002}
repositories: [shop]
""",
    "review/base.yaml": """\
kind: ad-hoc-base
account: sandbox
domain: review.acme.example
hosted_zone_id: Z0ACME0REVIEW0000000
network: {cidr: 10.9.0.0/16}
app_defaults:
  repository: shop
  services: {web: {port: 8080, paths: ["/*"]}}
""",
    "review/first.yaml": "kind: ad-hoc-app\nowner: monalisa\nimage: v1\nexpires: 2000-01-01\n",
}
"""An app that has expired: a warning, as long as nobody changes its file."""

OF_THE_README = "tests/gitops/chatops/test_comment_commands.py"
LOOK_AT_DECLARATIONS = (
    "tests/constructs_lib/config/test_environments.py",
    "tests/constructs_lib/test_graceful_stop.py",
    "tests/gitops/chatops/test_authorise.py",
    "tests/gitops/commands/test_approval.py",
    "tests/gitops/settings/test_requirements.py",
    OF_THE_README,
    "tests/workflows/test_policy.py",
)
NEED_THE_SAMPLE = ("tests/environments/test_life.py", "tests/cases/test_case_03_app_written_for_cdk_django.py")


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this work tree after the sample was removed."""
    folder = tmp_path_factory.mktemp("team")
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for path in listed:
        sample = path.startswith("examples/") or (path.startswith("environments/") and path.endswith(".yaml"))
        if path and not sample and path != ".github/workflows/image.yml" and (ROOT / path).is_file():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, folder / path)  # with its time: `make` compares it
    for path, text in DECLARATIONS.items():
        file = folder / "environments" / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    (folder / "README.md").write_text("# Environments of acme\n")
    for installed in (".venv", "node_modules"):
        (folder / installed).symlink_to(ROOT / installed)
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return folder


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a program on the copy's code: without PYTHONPATH, the installed one is that of this work tree."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MAKE"))}
    path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=folder,
        env={**environ, "PATH": path, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def pytest_in(folder: Path, *arguments: str) -> tuple[str, Sequence[str]]:
    """Run tests in the copy; return the summary's last line and everything that was said."""
    done = run(folder, "pytest", "-q", "-p", "no:cacheprovider", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    return lines[-1], lines


def test_make_lint_checks_the_team_s_declarations(team: Path) -> None:
    done = run(team, "make", "--assume-old=setup", "lint")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "environments/review/first.yaml" in done.stdout + done.stderr  # its warning

    wrong = team / "environments/review/second.yaml"
    wrong.write_text("kind: ad-hoc-app\nowner: monalisa\nimage: v1\nexpires: soon\n")
    try:
        refused = run(team, "make", "--assume-old=setup", "--assume-old=workflows", "lint")
    finally:
        wrong.unlink()
    assert refused.returncode != 0
    assert "environments/review/second.yaml:4" in refused.stdout + refused.stderr


@pytest.mark.parametrize("target", ["setup", "templates", "example-check"])
def test_no_target_that_ci_makes_looks_for_the_sample(team: Path, target: str) -> None:
    here, there = (run(folder, "make", "-n", target) for folder in (ROOT, team))

    assert there.returncode == 0, there.stdout + there.stderr
    assert not re.search(r"-C examples/", there.stdout)
    assert here.returncode == 0


def test_the_demo_of_the_sample_says_that_it_is_gone(team: Path) -> None:
    done = run(team, "make", "-n", "demo")

    assert done.returncode != 0
    assert "The sample was removed" in done.stderr


def test_tests_that_know_the_sample_can_be_imported(team: Path) -> None:
    folders = ("cases", "constructs_lib", "environments", "policy", "workflows")
    summary, _ = pytest_in(team, "-q", "--collect-only", *(f"tests/{folder}" for folder in folders))

    assert "error" not in summary


def test_tests_have_declarations_of_their_own_and_those_of_the_sample_are_skipped(team: Path) -> None:
    summary, lines = pytest_in(team, *LOOK_AT_DECLARATIONS, *NEED_THE_SAMPLE)

    assert "passed" in summary
    skipped = [line.partition("] ")[2] for line in lines if line.startswith("SKIPPED")]
    places = {place: reason for place, _, reason in (line.partition(": ") for line in skipped)}
    assert {place.partition(":")[0]: reason for place, reason in places.items()} == {
        **dict.fromkeys(NEED_THE_SAMPLE, NO_APPLICATION),
        OF_THE_README: "README.md is the team's own",
    }
