"""What a job of GitHub Actions is told, and what it tells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitops.errors import UserError
from gitops.github import actions
from gitops.github.actions import Run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fake_github.fake import FakeGitHub

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    file = tmp_path / "output"
    monkeypatch.setenv("GITHUB_OUTPUT", str(file))
    return file


@pytest.fixture
def summary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    file = tmp_path / "summary"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    return file


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fake_github: FakeGitHub) -> dict[str, str]:
    """The environment of a job of the fake GitHub, started by an event that only has an action."""
    event = tmp_path / "event.json"
    event.write_text('{"action": "created"}')
    environ = {
        "GITHUB_REPOSITORY": fake_github.repository,
        "GITHUB_RUN_ID": "7",
        "GITHUB_SHA": "a" * 40,
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_API_URL": fake_github.url,
        "GITHUB_TOKEN": fake_github.all_permissions_token,
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return environ


def test_a_run_knows_its_repository_and_its_log(job: dict[str, str]) -> None:
    run = Run.from_environ()
    assert (run.repository, run.sha) == ("example/environments", job["GITHUB_SHA"])
    assert run.url == "https://github.com/example/environments/actions/runs/7"
    assert run.payload() == {"action": "created"}
    assert run.connect().default_branch() == "main"


@pytest.mark.parametrize("missing", ["GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_EVENT_PATH", "GITHUB_API_URL"])
def test_outside_a_job_the_missing_variable_is_named(
    job: dict[str, str], monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    assert missing in job
    monkeypatch.delenv(missing)
    with pytest.raises(UserError, match=f"{missing} is not set"):
        Run.from_environ()


@pytest.mark.parametrize("content", [None, "", "{", b"\xff"])
def test_an_event_that_cannot_be_read_is_said(job: dict[str, str], tmp_path: Path, content: str | bytes | None) -> None:
    event = tmp_path / "event.json"
    assert str(event) == job["GITHUB_EVENT_PATH"]
    event.unlink()
    if content is not None:
        event.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError, match=r"the event of this run cannot be read from .*event\.json"):
        Run.from_environ().payload()


def test_outputs_are_json_of_one_line_each(output: Path) -> None:
    actions.set_outputs({"accounts": [{"account": "main"}], "refused": []})
    assert output.read_text() == 'accounts=[{"account":"main"}]\nrefused=[]\n'


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(JSON, st.sampled_from(["x\ndestroy=[1]", "a\r\nb=1", "\u2028b=1", "<<EOF\nb\nEOF"])))
def test_no_value_can_set_another_output(output: Path, value: object) -> None:
    output.unlink(missing_ok=True)
    actions.set_outputs({"first": value, "second": 2})
    # The runner takes lines that end in \n, \r\n or \r.
    first, second = output.read_bytes().replace(b"\r", b"\n").decode().removesuffix("\n").split("\n")
    assert json.loads(first.removeprefix("first=")) == value
    assert first.startswith("first=")
    assert second == "second=2"


def test_outputs_are_added_to_those_of_earlier_steps(output: Path) -> None:
    actions.set_outputs({"first": 1})
    actions.set_outputs({"second": 2})
    assert output.read_text() == "first=1\nsecond=2\n"


def test_outside_a_job_outputs_and_summaries_go_nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    actions.set_outputs({"first": 1})
    actions.add_summary("# Plan")
    assert list(tmp_path.iterdir()) == []


def test_a_summary_is_written_whole(summary: Path) -> None:
    actions.add_summary("# Plan\n\nénvironments")
    assert summary.read_text() == "# Plan\n\nénvironments\n"


@pytest.mark.parametrize("letter", ["x", "é", "環"])
def test_a_summary_that_is_too_long_is_cut_at_a_letter(summary: Path, letter: str) -> None:
    actions.add_summary(letter * actions.SUMMARY_BYTES)
    written = summary.read_bytes()
    width = len(letter.encode())
    assert actions.SUMMARY_BYTES - width < len(written) <= actions.SUMMARY_BYTES
    assert set(written.decode()) == {letter, "\n"}
