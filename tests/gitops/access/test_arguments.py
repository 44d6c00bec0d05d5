from argparse import ArgumentTypeError
from datetime import timedelta

import pytest

from gitops import arguments
from gitops.access.arguments import duration, port


def test_what_follows_the_dashes_is_the_command_untouched() -> None:
    command = ("python", "-c", "--", "--service", "x", "--help", "")

    parsed = arguments.parse(["shell", "dev/alpha", "--service", "worker", "--", *command])

    assert parsed.command == command
    assert parsed.service == "worker"


def test_without_dashes_there_is_no_command() -> None:
    assert arguments.parse(["shell", "dev/alpha"]).command == ()
    assert arguments.parse(["run", "dev/alpha", "--"]).command == ()


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
    assert duration(text) == expected


@pytest.mark.parametrize(
    ("text", "valid"), [("1", True), ("65535", True), ("0", False), ("65536", False), ("x", False)]
)
def test_a_port_is_a_number_of_sixteen_bits(text: str, valid: bool) -> None:  # noqa: FBT001 # a table
    if valid:
        assert port(text) == int(text)
    else:
        with pytest.raises(ArgumentTypeError):
            port(text)
