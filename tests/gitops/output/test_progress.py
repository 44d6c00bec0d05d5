import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.progress import Progress

from gitops.output.progress import LineReporter, LiveReporter, without_workflow_commands


def test_a_log_has_a_line_when_an_environment_starts_and_one_when_it_ends(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reporter = LineReporter()

    reporter.update("dev/alpha", "deploying")
    reporter.update("dev/alpha", "create in progress")
    reporter.finish("dev/alpha", "created (3 s)")

    captured = capsys.readouterr()
    assert captured.err.splitlines() == ["dev/alpha: deploying", "dev/alpha: created (3 s)"]
    assert captured.out == ""


def test_a_terminal_shows_what_is_going_on_and_keeps_the_outcomes() -> None:
    screen = io.StringIO()
    with Progress(console=Console(file=screen, force_terminal=True, width=80)) as display:
        reporter = LiveReporter(display)

        reporter.update("dev/alpha", "deploying")
        assert [task.description for task in display.tasks] == ["dev/alpha"]

        reporter.finish("dev/alpha", "failed: [red]")
        reporter.finish("dev/beta", "skipped")
        assert display.tasks == []

    assert "dev/alpha: failed: [red]" in screen.getvalue()
    assert "dev/beta: skipped" in screen.getvalue()


@given(
    st.one_of(st.text(), st.sampled_from(["::set-output name=x::1", "::add-mask::a", "a\n::error::b", "::resume::"]))
)
def test_in_a_job_no_line_of_a_text_is_a_command(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_ACTIONS", "true")
        shown = without_workflow_commands(text)
    stop, _, rest = shown.partition("\n")
    command, _, word = stop.rpartition("::")
    assert command == "::stop-commands"
    assert rest == f"{text}\n::{word}::"
    assert len(word) == 32
    assert word not in text


def test_each_text_is_stopped_by_a_word_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert len({without_workflow_commands("text") for _ in range(10)}) == 10


def test_outside_a_job_a_text_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert without_workflow_commands("::error::text") == "::error::text"
