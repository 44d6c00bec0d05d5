import json
from pathlib import Path
from typing import Any

import pytest

from gitops.errors import UserError
from gitops.report import results
from gitops.report.results import EnvironmentResult

ALPHA = EnvironmentResult(environment="dev/alpha", outcome="failed", seconds=1.5, reason="because")


def spoiled(folder: Path, **fields: Any) -> None:
    results.write(folder, [ALPHA])
    file = folder / "dev-alpha.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **fields}))


def test_what_was_written_is_read_from_the_folder_and_those_below(tmp_path: Path) -> None:
    beta = EnvironmentResult(environment="dev/beta", outcome="created", url="https://beta.example.com")
    results.write(tmp_path / "results-dev-beta", [beta])
    results.write(tmp_path, [ALPHA])

    assert results.read(tmp_path) == [ALPHA, beta]


def test_of_a_job_that_was_run_again_the_newest_attempt_is_read(tmp_path: Path) -> None:
    failed = EnvironmentResult(environment="dev/beta", outcome="failed")
    done = EnvironmentResult(environment="dev/beta", outcome="created")
    results.write(tmp_path / "result-deploy-dev-alpha-1", [ALPHA])
    for attempt, result in ((2, failed), (9, failed), (10, done)):
        results.write(tmp_path / f"result-deploy-dev-beta-{attempt}", [result])

    assert results.read(tmp_path) == [ALPHA, done]


def test_attempts_of_environments_with_numbers_in_their_names_are_told_apart(tmp_path: Path) -> None:
    first = EnvironmentResult(environment="dev/alpha-1", outcome="created")
    second = EnvironmentResult(environment="dev/alpha-2", outcome="failed")
    results.write(tmp_path / "result-deploy-dev-alpha-1-3", [first])
    results.write(tmp_path / "result-deploy-dev-alpha-2-1", [second])

    assert results.read(tmp_path) == [first, second]


@pytest.mark.parametrize(
    "fields",
    [
        {"outcome": "splendid"},
        {"outcome": None},
        {"seconds": "12"},
        {"environment": "../secrets"},
        {"environment": 1},
        {"reason": ["a"]},
        {"also": "this"},
    ],
)
def test_anything_else_is_refused_with_the_file(tmp_path: Path, fields: dict[str, Any]) -> None:
    spoiled(tmp_path, **fields)

    with pytest.raises(UserError, match=r"dev-alpha\.json"):
        results.read(tmp_path)


def test_a_file_that_is_cut_off_or_no_folder_at_all_is_refused(tmp_path: Path) -> None:
    results.write(tmp_path, [ALPHA])
    file = tmp_path / "dev-alpha.json"
    file.write_text(file.read_text()[:-10])

    with pytest.raises(UserError, match="is not a valid EnvironmentResult"):
        results.read(tmp_path)
    with pytest.raises(UserError, match="there is no folder"):
        results.read(tmp_path / "nothing")
