"""app.py as the CDK CLI and gitops run it: a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from constructs_lib.config.environments import read
from tests.sample import ENVIRONMENTS, SCHEMA

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parents[1]

BASE = """
kind: ad-hoc-base
account: main
domain: dev.example.com
hosted_zone_id: Z0123456789ABCDEFGHIJ
network: {cidr: 10.20.0.0/16}
app_defaults:
  owner: octocat
  repository: microblog
  services: {web: {port: 8000, paths: ["/*"]}}
"""
APP = "kind: ad-hoc-app\nimage: v1\nexpires: 2030-01-01\n"


@pytest.fixture
def environments(tmp_path: Path) -> Path:
    """A folder with an account, a base and the apps `alpha` and `beta`."""
    folder = tmp_path / "environments"
    (folder / "accounts").mkdir(parents=True)
    (folder / "dev").mkdir()
    (folder / "schema.json").write_bytes(SCHEMA.read_bytes())
    (folder / "accounts/main.yaml").write_bytes((ENVIRONMENTS / "accounts/main.yaml").read_bytes())
    (folder / "dev/base.yaml").write_text(BASE)
    (folder / "dev/alpha.yaml").write_text(APP)
    (folder / "dev/beta.yaml").write_text(APP)
    return folder


def run_app(folder: Path, **context: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run app.py over a folder; return the finished process and the stacks it wrote."""
    outdir = folder.parent / "cdk.out"
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": os.environ.get("HOME", "/"),
        "CDK_VALIDATION": "false",
        "CDK_OUTDIR": str(outdir),
        "CDK_CONTEXT_JSON": json.dumps({"environments": str(folder), **context}),
    }
    finished = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    stacks = sorted(path.name.removesuffix(".template.json") for path in outdir.glob("*.template.json"))
    return finished, stacks


def test_every_declaration_becomes_one_stack(environments: Path) -> None:
    finished, stacks = run_app(environments)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert stacks == ["accounts-main", "dev-alpha", "dev-base", "dev-beta"]


def test_selected_environment_is_synthesised_alone(environments: Path) -> None:
    finished, stacks = run_app(environments, environment="dev/alpha")
    assert finished.returncode == 0
    assert stacks == ["dev-alpha"]


def test_several_environments_can_be_selected(environments: Path) -> None:
    _, stacks = run_app(environments, environment="dev/alpha,dev")
    assert stacks == ["dev-alpha", "dev-base"]


def test_error_in_another_file_does_not_stop_the_selected_one(environments: Path) -> None:
    (environments / "dev/beta.yaml").write_text("kind: nonsense\n")
    finished, stacks = run_app(environments, environment="dev/alpha")
    assert finished.returncode == 0
    assert stacks == ["dev-alpha"]


def test_all_errors_are_shown_and_nothing_is_synthesised(environments: Path) -> None:
    (environments / "dev/alpha.yaml").write_text(APP + "cpu: 256\n")
    (environments / "dev/beta.yaml").write_text(APP.replace("v1", "latest"))
    finished, stacks = run_app(environments)
    assert finished.returncode == 1
    assert "dev/alpha.yaml:4:1: cpu: " in finished.stderr
    assert "dev/beta.yaml:2:8: image: " in finished.stderr
    assert "Traceback" not in finished.stderr
    assert stacks == []


@pytest.mark.parametrize("name", ["dev/gamma", "Dev/Alpha", "dev/alpha/web"])
def test_name_that_is_no_environment_is_an_error(name: str, environments: Path) -> None:
    finished, stacks = run_app(environments, environment=name)
    assert finished.returncode == 1
    assert name in finished.stderr
    assert "Traceback" not in finished.stderr
    assert stacks == []


def test_cdk_cli_lists_the_stacks_of_the_repository(tmp_path: Path) -> None:
    finished = subprocess.run(
        ["node", "node_modules/aws-cdk/bin/cdk", "ls", "--output", str(tmp_path)],
        cwd=ROOT,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": os.environ.get("HOME", "/"),
            "CDK_VALIDATION": "false",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    declared = {name.stack for name in read(ROOT / "environments").names}
    assert declared
    assert set(finished.stdout.split()) == declared
