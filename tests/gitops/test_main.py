import subprocess
import sys
from pathlib import Path

import pytest

from constructs_lib.config.errors import DeclarationError, Problem
from gitops import __main__ as command_line
from gitops.commands import schema
from gitops.errors import UserError

HEAVY = {"aws_cdk", "boto3", "botocore", "jsii", "rich"}


def run(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    """Run a command that raises `error`."""

    def fail() -> int:
        raise error

    monkeypatch.setattr(schema, "schema", fail)
    return command_line.main(["schema"])


def test_an_error_of_the_user_is_a_message_and_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, UserError("the remedy")) == 1

    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "error: the remedy\n")


def test_bad_declarations_are_all_named_and_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problems = [Problem("b.yaml", 1, 1, "", "is empty"), Problem("a.yaml", 2, 3, "image", "is missing")]

    assert run(monkeypatch, DeclarationError(problems)) == 1
    assert capsys.readouterr().err == "a.yaml:2:3: image: is missing\nb.yaml:1:1: is empty\n"


def test_a_bug_is_one_line_and_3_with_the_traceback_in_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log = tmp_path / "state" / "crash.log"
    monkeypatch.setattr(command_line, "CRASH_LOG", log)

    assert run(monkeypatch, ZeroDivisionError("division by zero")) == 3

    assert capsys.readouterr().err == f"bug: ZeroDivisionError: division by zero. The traceback is in {log}\n"
    assert "Traceback" in log.read_text()


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    pipeline = f"{sys.executable} -m gitops schema | head -n 1"

    ended = subprocess.run(["bash", "-c", pipeline], capture_output=True, text=True, check=False)

    assert ended.stdout.count("\n") == 1
    assert ended.stderr == ""


@pytest.mark.parametrize("argv", [["--help"], ["validate"], ["schema"], ["local", "status"]])
def test_commands_that_need_no_aws_import_nothing_heavy(argv: list[str]) -> None:
    code = (
        "import sys; from gitops.__main__ import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )

    ended = subprocess.run([sys.executable, "-c", code, *argv], capture_output=True, text=True, check=True)

    assert HEAVY.isdisjoint(ended.stderr.split())
    assert "argparse" in ended.stderr.split()
