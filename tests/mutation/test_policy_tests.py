"""A test of templates kills a statement when it fails without it, and a comparison of whole templates kills none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.mutation.policy_tests import PolicyTests
from tests.mutation.test_judge import DESCRIBE, LIST, statement

if TYPE_CHECKING:
    from pathlib import Path

TESTS = """
import pytest

TEMPLATE = {template}

@pytest.fixture(scope="session")
def templates():
    return {{"stack": TEMPLATE}}

def test_something_is_listed(templates):
    assert "ecs:ListClusters" in str(templates)

def test_there_is_a_policy(templates):
    assert templates["stack"]["Resources"].keys() == {{"Policy"}}

def test_nothing_changes(templates):
    assert templates == {{"stack": TEMPLATE}}

def test_without_templates():
    raise AssertionError("it is not run")
"""


@pytest.fixture
def policy_tests(tmp_path: Path) -> PolicyTests:
    properties: dict[str, Any] = {"PolicyName": "policy", "PolicyDocument": {"Statement": [LIST, DESCRIBE]}}
    template = {"Resources": {"Policy": {"Type": "AWS::IAM::Policy", "Properties": properties}}}
    (tmp_path / "test_it.py").write_text(TESTS.format(template=json.dumps(template)))
    return PolicyTests([str(tmp_path / "test_it.py")])


def test_a_statement_that_a_test_is_about_is_killed_and_another_survives(policy_tests: PolicyTests) -> None:
    assert policy_tests.count == 2  # neither the one that compares nor the one without templates
    killer = policy_tests.killer(statement(LIST))
    assert killer is not None
    assert killer.endswith("::test_something_is_listed")
    assert policy_tests.killer(statement(DESCRIBE)) is None
