import argparse
import inspect
from collections.abc import Sequence
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path

import pytest

from gitops import cli
from gitops.init.new_declaration import OPTIONS
from gitops.init.questions import QUESTIONS


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    """The names under which a parser puts what it parses, those of the verbs below it included."""
    found = {action.dest for action in parser._actions if action.dest != "help"} | set(parser._defaults)
    for below in verbs_of(parser).values():
        found |= options_of(below)
    return found


def verbs_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    return {
        verb: below
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for verb, below in action.choices.items()
    }


@pytest.mark.parametrize("verb", verbs_of(cli.parser()))
def test_a_command_takes_what_is_parsed_for_it(verb: str) -> None:
    shared = {"verb", "folder", "today", "now"}
    own = options_of(verbs_of(cli.parser())[verb])
    command = getattr(import_module(f"gitops.commands.{verb}"), verb)

    taken = set(inspect.signature(command).parameters)

    assert taken <= own | shared
    assert own - shared - _collected(verb) <= taken, "an option that the command ignores"


def _collected(verb: str) -> set[str]:
    """The options of `new`, and the answers of `init`, arrive as one mapping."""
    return set({"new": OPTIONS, "init": QUESTIONS}.get(verb, {}))


@pytest.mark.parametrize("argv", [("--environments", "x", "status"), ("status", "--environments", "x")])
def test_the_folder_can_be_given_before_and_after_the_verb(argv: Sequence[str]) -> None:
    assert cli.parse(argv).folder == Path("x")


def test_all_means_no_names_and_names_mean_themselves() -> None:
    assert cli.parse(["deploy", "--all"]).names == []
    assert cli.parse(["deploy", "dev", "dev/alpha"]).names == ["dev", "dev/alpha"]


def test_options_of_a_new_declaration_are_collected() -> None:
    parsed = cli.parse(["new", "ad-hoc-base", "qa", "--hosted-zone-id", "Z1", "--domain", "qa.example.com"])

    assert parsed.options == {"hosted_zone_id": "Z1", "domain": "qa.example.com"}
    assert cli.parse(["new", "ad-hoc-app", "qa/alpha"]).options == {}


def test_the_day_can_be_given() -> None:
    assert cli.parse(["validate", "--today", "2027-01-31"]).today == date(2027, 1, 31)


@pytest.mark.parametrize(
    "argv",
    [
        (),
        ("deploy",),
        ("deploy", "dev", "--all"),
        ("destroy",),
        ("local",),
        ("local", "sideways"),
        ("validate", "--today", "tomorrow"),
        ("status", "--target", "moon"),
    ],
)
def test_a_wrong_command_line_ends_with_2(argv: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.parse(argv)

    assert ended.value.code == 2
    assert "usage: gitops" in capsys.readouterr().err


def test_what_follows_the_dashes_is_the_command_untouched() -> None:
    command = ("python", "-c", "--", "--service", "x", "--help", "")

    parsed = cli.parse(["shell", "dev/alpha", "--service", "worker", "--", *command])

    assert parsed.command == command
    assert parsed.service == "worker"


def test_without_dashes_there_is_no_command() -> None:
    assert cli.parse(["shell", "dev/alpha"]).command == ()
    assert cli.parse(["run", "dev/alpha", "--"]).command == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("1h", timedelta(hours=1)),
        ("2d", timedelta(days=2)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, expected: timedelta) -> None:
    assert cli.duration(text) == expected


@pytest.mark.parametrize(
    ("text", "valid"), [("1", True), ("65535", True), ("0", False), ("65536", False), ("x", False)]
)
def test_a_port_is_a_number_of_sixteen_bits(text: str, valid: bool) -> None:  # noqa: FBT001 # a table
    if valid:
        assert cli.port(text) == int(text)
    else:
        with pytest.raises(argparse.ArgumentTypeError):
            cli.port(text)
