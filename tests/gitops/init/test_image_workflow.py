"""The workflow that an application's own repository gets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gitops.init.image_workflow import ACTIONS, image_workflow
from tests.workflows.definitions import GITHUB, PINNED, files, load

BIN = Path(sys.executable).parent


@pytest.fixture
def text() -> str:
    return image_workflow("team/shop", "backend", "docker/Dockerfile", {"main": "eu-west-1", "my-prod": "eu-central-1"})


@pytest.fixture
def jobs(text: str, tmp_path: Path) -> dict[str, Any]:
    file = tmp_path / "image.yml"
    file.write_text(text)
    found: dict[str, Any] = load(file)["jobs"]
    return found


def test_nothing_is_left_to_fill_in(text: str) -> None:
    assert not [line for line in text.splitlines() if line.rstrip().endswith("@")]
    assert {match["action"] for match in PINNED.finditer(text)} == set(ACTIONS)


def test_every_account_gets_the_image_with_its_own_role(jobs: dict[str, Any]) -> None:
    assert jobs["publish"]["strategy"]["matrix"]["include"] == [
        {"account": "main", "region": "eu-west-1", "role_variable": "AWS_ROLE_ARN_MAIN"},
        {"account": "my-prod", "region": "eu-central-1", "role_variable": "AWS_ROLE_ARN_MY_PROD"},
    ]
    publish = jobs["publish"]["steps"][-1]
    assert publish["env"]["REPOSITORY"] == "team/shop"
    (build,) = (step for step in jobs["build"]["steps"] if step["name"] == "Build")
    assert build["working-directory"] == "backend"
    assert build["env"] == {"DOCKERFILE": "docker/Dockerfile"}
    assert build["run"].count('--file "$DOCKERFILE"') == build["run"].count("docker buildx build") == 2


def test_only_the_job_that_runs_nothing_of_the_application_has_credentials(jobs: dict[str, Any]) -> None:
    assert jobs["build"]["permissions"] == {"contents": "read"}
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert jobs["publish"]["environment"]["name"] == "publish"
    assert not [step for step in jobs["publish"]["steps"] if step.get("uses", "").startswith("actions/checkout@")]


def test_actions_are_those_of_this_repository_s_workflows() -> None:
    ours = {match["action"]: match["sha"] for file in files() for match in PINNED.finditer(file.read_text())}
    common = {name: commit.partition(" ")[0] for name, commit in ACTIONS.items() if name in ours}

    assert len(common) >= 4
    assert common == {name: ours[name] for name in common}


@pytest.mark.processes
def test_the_linters_of_workflows_find_nothing(text: str, tmp_path: Path) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    file = folder / "image.yml"
    file.write_text(text)
    environ = {"PATH": f"{BIN}:/usr/bin:/bin", "HOME": str(tmp_path)}

    for command in (
        ["actionlint", str(file)],
        ["zizmor", "--offline", "--quiet", "--persona", "pedantic", str(file)],
        ["node", str(GITHUB.parent / "tests" / "workflows" / "validate.mjs"), str(file)],
    ):
        done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("answer", "code", "pushed"),
    [("sha256:1", 0, False), ("ImageNotFoundException", 254, True), ("AccessDenied", 254, False)],
)
def test_a_tag_that_is_there_is_left_and_an_error_is_no_absence(
    jobs: dict[str, Any], tmp_path: Path, answer: str, code: int, *, pushed: bool
) -> None:
    programs = {
        "aws": f'case "$2" in describe-images) echo {answer}; exit {code};; *) echo registry/team/shop;; esac',
        "skopeo": f'test "$1" = copy || cat >/dev/null\necho "$@" >> {tmp_path}/ran',
    }
    for name, script in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin", "REPOSITORY": "team/shop", "TAG": "v1"}

    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", jobs["publish"]["steps"][-1]["run"]],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    ran = (tmp_path / "ran").read_text() if (tmp_path / "ran").exists() else ""
    assert ("copy --all" in ran and "docker://registry/team/shop:v1" in ran) is pushed
    assert (done.returncode == 0) is (answer != "AccessDenied")
