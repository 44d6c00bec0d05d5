"""The table of comment commands: all that is known of a verb follows from its row, and without one nothing happens."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from constructs_lib.config.environments import load
from constructs_lib.config.naming import EnvironmentName
from gitops import checkout
from gitops.chatops.answers import command_table
from gitops.chatops.authorise import Subject, refusal_reason
from gitops.chatops.comment_commands import COMMENT_COMMANDS, CommentCommand, UnknownVerbError, command_of, verbs
from gitops.chatops.decision import MATRIX_JOBS, Step, decide_orders
from gitops.chatops.grammar import read_comment
from gitops.chatops.orders import Order
from gitops.chatops.request import Request
from tests.sample import ENVIRONMENTS

README = checkout.ROOT / "README.md"
TITLE = "# Django environments on AWS\n"
"""The first line of this project's README: one with another is a team's own."""
PLANTED = "obliterate"


def request() -> Request:
    today = datetime(2026, 11, 24, tzinfo=UTC).date()
    return cast("Request", type("Fixed", (), {"declared": load(ENVIRONMENTS, today=today), "permission": "admin"})())


def test_a_verb_without_a_row_is_an_error_in_every_place_that_asks_about_it() -> None:
    environment = load(ENVIRONMENTS)[EnvironmentName("dev", "alpha")]
    message = f"/{PLANTED} has no row"

    with pytest.raises(UnknownVerbError, match=message):
        command_of(PLANTED)
    with pytest.raises(UnknownVerbError, match=message):
        refusal_reason(PLANTED, "octocat", "admin", Subject.of(environment))
    with pytest.raises(UnknownVerbError, match=message):
        decide_orders(request(), [Order(verb=PLANTED, name=environment.name)])


def test_a_verb_without_a_row_is_not_read_as_a_command() -> None:
    reading = read_comment(f"/{PLANTED}")

    assert not reading.orders
    assert "there is no such command" in reading.mistakes[0].message


def test_no_module_of_chatops_knows_a_verb_but_the_table() -> None:
    folder = checkout.ROOT / "gitops/chatops"
    modules = [*folder.glob("*.py"), checkout.ROOT / "gitops/commands/command.py"]
    compared = [f'"{verb}"' for verb in verbs() if verb not in MATRIX_JOBS and verb != "lock"]

    found = {(path.name, verb) for path in modules for verb in compared if verb in path.read_text()}

    assert found == {("comment_commands.py", verb) for verb in compared}


def test_verbs_are_in_the_table_once() -> None:
    assert len({command.verb for command in COMMENT_COMMANDS}) == len(COMMENT_COMMANDS)


@pytest.mark.parametrize("command", COMMENT_COMMANDS, ids=lambda command: command.verb)
def test_every_task_has_a_handler_that_takes_a_request_and_a_step(command: CommentCommand) -> None:
    assert command.tasks
    for task in command.tasks:
        assert len(inspect.signature(task.load_handler()).parameters) == 2
        assert task.handler.startswith("gitops.chatops.")
        assert (task.job == "decide") == (command.scope == "comment")
        assert task.job == "decide" or task.job in MATRIX_JOBS


@pytest.mark.parametrize("command", COMMENT_COMMANDS, ids=lambda command: command.verb)
def test_kinds_are_given_where_a_command_is_about_an_environment(command: CommentCommand) -> None:
    assert bool(command.kinds) == (command.scope == "environment")
    assert "account" not in command.kinds


@pytest.mark.parametrize("command", COMMENT_COMMANDS, ids=lambda command: command.verb)
def test_the_usage_is_what_the_parser_takes(command: CommentCommand) -> None:
    usage = command.usage.replace("TOKEN", "a" * 16).replace("REASON", "because").replace("[", "").replace("]", "")
    (order,) = read_comment(usage.replace("NAME", "dev/alpha").replace("IMAGE", "v1")).orders

    assert order.verb == command.verb
    assert str(order) in {usage.replace("NAME", "dev/alpha").replace("IMAGE", "v1")}


def test_the_target_of_a_step_that_has_none_is_an_error() -> None:
    (command,) = (command for command in COMMENT_COMMANDS if command.scope == "pull request")
    step = Step(task=command.tasks[0], order=Order(verb=command.verb), account="main")

    with pytest.raises(LookupError, match="is not about an environment"):
        _ = step.target


def test_the_readme_has_the_table() -> None:
    """`make bless`, or BLESS=1 with this test, writes it."""
    text = README.read_text() if README.exists() else ""
    if not text.startswith(TITLE):
        pytest.skip("README.md is the team's own")
    before, _, rest = text.partition("<!-- comment commands: make bless -->\n")
    _, _, after = rest.partition("<!-- end -->\n")
    wanted = f"{before}<!-- comment commands: make bless -->\n{command_table()}\n<!-- end -->\n{after}"
    if os.environ.get("BLESS"):
        README.write_text(wanted)
        return
    assert text == wanted, "README.md has another table of comment commands: make bless, and read the diff"


def test_the_table_is_imported_without_what_carries_commands_out() -> None:
    code = "import sys, gitops.commands.command; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=checkout.ROOT, check=True, capture_output=True, text=True)

    modules = set(done.stdout.split())
    handlers = {task.handler.partition(":")[0] for command in COMMENT_COMMANDS for task in command.tasks}
    assert modules & handlers == {"gitops.chatops.answers"}
    assert not {"aws_cdk", "boto3", "botocore"} & modules
    assert "gitops.chatops.comment_commands" in modules


def test_chatops_imports_no_command() -> None:
    for path in Path(checkout.ROOT / "gitops/chatops").glob("*.py"):
        assert "gitops.commands" not in path.read_text().replace("`gitops.commands.command`", ""), path.name
