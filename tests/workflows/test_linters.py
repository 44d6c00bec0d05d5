"""The linters of workflows: clean on ours, and each of them finds what it is there for."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.workflows.definitions import GITHUB

ROOT = GITHUB.parent
FIXTURES = Path(__file__).with_name("fixtures")
RECIPE = re.search(r"^workflows:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
COMMANDS = [line.strip() for line in RECIPE[1].splitlines()] if RECIPE else []
ZIZMOR = ("zizmor", "--offline", "--strict-collection", "--persona", "pedantic", "--no-config")
SCHEMA = ("check-jsonschema", "--builtin-schema", "vendor.github-workflows")
PARSER = ("node", "tests/workflows/validate.mjs")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "command", COMMANDS[1].splitlines() if COMMANDS else [], ids=lambda command: command.split()[0]
)
def test_the_workflows_are_clean(command: str) -> None:
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S602

    assert done.returncode == 0, done.stdout + done.stderr


def test_make_runs_the_four_linters() -> None:
    assert {command.split()[0] for command in COMMANDS} == {"actionlint", "zizmor", "node", "check-jsonschema"}
    assert any("--offline --strict-collection --persona pedantic" in command for command in COMMANDS)


@pytest.mark.parametrize(
    ("command", "fixture", "findings"),
    [
        (
            ("actionlint",),
            "wrong-names.yml",
            ['property "environments" is not defined', "shellcheck reported", "SC2115"],
        ),
        (
            ZIZMOR,
            "injection.yml",
            ["template-injection", "excessive-permissions", "unpinned-uses"],
        ),
        (ZIZMOR, "broken.yml", ["broken.yml"]),
        (SCHEMA, "wrong-shape.yml", ["pull_requests", "runs_on"]),
        (
            PARSER,
            "wrong-values.yml",
            [
                "wrong-values.yml:7:13: Invalid cron",
                "wrong-values.yml:13:10: Unexpected value 'more'",
                ":18:11: Input slug",
            ],
        ),
        (PARSER, "broken.yml", ["broken.yml:4:1: "]),
    ],
    ids=["actionlint", "zizmor", "zizmor-broken-file", "schema", "parser", "parser-broken-file"],
)
def test_a_linter_finds_what_it_is_there_for(command: tuple[str, ...], fixture: str, findings: list[str]) -> None:
    done = run(*command, str(FIXTURES / fixture))

    assert done.returncode != 0
    for finding in findings:
        assert finding in done.stdout + done.stderr


def test_everything_that_is_ignored_has_a_reason() -> None:
    ignores = [
        line.partition("zizmor: ignore[")[2].partition("]")[2].strip()
        for file in GITHUB.rglob("*.yml")
        for line in file.read_text().splitlines()
        if "zizmor: ignore[" in line
    ]
    config = (GITHUB / "zizmor.yml").read_text().splitlines()
    rules = [number for number, line in enumerate(config) if re.fullmatch(r"  [\w-]+:", line)]

    assert len(ignores) == 2
    assert all(len(reason.split()) > 4 for reason in ignores)
    assert len(rules) == 2
    assert all(config[number + 1].startswith("    # ") for number in rules)
    assert not list(ROOT.glob(".github/actionlint.y*ml"))
