"""What GitHub shows as one code span of several lines is no command, and markup in a code span hides none."""

from pathlib import Path

import pytest

from constructs_lib.config.environments import parse_name
from gitops.chatops.grammar import Reading, read_comment
from gitops.chatops.orders import Order

COMMENT = Path(__file__).parent / "inputs" / "12-command-in-a-code-span" / "comment.md"
COMMAND = "/destroy dev/alpha"
ORDERED = Reading(orders=(Order(verb="destroy", name=parse_name("dev/alpha")),))


def test_a_command_in_a_code_span_of_several_lines_is_no_command() -> None:
    body = COMMENT.read_text()

    assert COMMAND in body.splitlines()
    assert read_comment(body) == Reading()
    assert read_comment(body.replace("`", "")) == ORDERED


@pytest.mark.parametrize("element", ["samp", "kbd", "tt", "del"])
def test_a_command_in_an_element_of_several_lines_is_no_command(element: str) -> None:
    assert read_comment(f"To try it:\n<{element}>\n{COMMAND}\n</{element}>\n") == Reading()


def test_a_command_in_a_formula_or_in_the_definition_of_a_link_is_no_command() -> None:
    assert read_comment(f"$$\n{COMMAND}\n$$") == Reading()
    assert read_comment("[x]:\n/destroy\n\nand so on") == Reading()


@pytest.mark.parametrize("element", ["<!--", "<pre>", "<details>", "~~~", "$$"])
def test_markup_in_a_code_span_hides_no_command(element: str) -> None:
    assert read_comment(f"It begins with `{element}` there.\n\n{COMMAND}") == ORDERED
