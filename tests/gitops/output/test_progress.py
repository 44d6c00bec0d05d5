import io

import pytest
from rich.console import Console
from rich.progress import Progress

from gitops.output.progress import LineReporter, LiveReporter


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
