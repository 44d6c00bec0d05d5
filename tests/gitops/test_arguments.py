import argparse
import inspect
from collections.abc import Sequence
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

from gitops import arguments
from gitops.commands.new import OPTIONS


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


@pytest.mark.parametrize("verb", verbs_of(arguments.parser()))
def test_a_command_takes_what_is_parsed_for_it(verb: str) -> None:
    shared = {"verb", "folder", "today", "now"}
    own = options_of(verbs_of(arguments.parser())[verb])
    command = getattr(import_module(f"gitops.commands.{verb}"), verb)

    taken = set(inspect.signature(command).parameters)

    assert taken <= own | shared
    assert own - shared - _collected(verb) <= taken, "an option that the command ignores"


def _collected(verb: str) -> set[str]:
    """The options of `new` arrive as one mapping."""
    return set(OPTIONS) if verb == "new" else set()


@pytest.mark.parametrize("argv", [("--environments", "x", "status"), ("status", "--environments", "x")])
def test_the_folder_can_be_given_before_and_after_the_verb(argv: Sequence[str]) -> None:
    assert arguments.parse(argv).folder == Path("x")


def test_all_means_no_names_and_names_mean_themselves() -> None:
    assert arguments.parse(["deploy", "--all"]).names == []
    assert arguments.parse(["deploy", "dev", "dev/alpha"]).names == ["dev", "dev/alpha"]


def test_options_of_a_new_declaration_are_collected() -> None:
    parsed = arguments.parse(["new", "ad-hoc-base", "qa", "--hosted-zone-id", "Z1", "--domain", "qa.example.com"])

    assert parsed.options == {"hosted_zone_id": "Z1", "domain": "qa.example.com"}
    assert arguments.parse(["new", "ad-hoc-app", "qa/alpha"]).options == {}


def test_the_day_can_be_given() -> None:
    assert arguments.parse(["validate", "--today", "2027-01-31"]).today == date(2027, 1, 31)


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
        arguments.parse(argv)

    assert ended.value.code == 2
    assert "usage: gitops" in capsys.readouterr().err
