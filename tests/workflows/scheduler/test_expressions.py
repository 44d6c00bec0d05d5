"""Expressions mean here what GitHub's own evaluator makes of them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.definitions import GITHUB, files
from tests.workflows.scheduler.expressions import ExpressionError, condition, is_true, value

EVALUATOR = Path(__file__).with_name("evaluate.mjs")
CONTEXTS: dict[str, Any] = {
    "github": {
        "event": {"comment": {"id": 7, "body": "/Deploy", "user": {"type": "User"}}, "issue": {"pull_request": {}}},
        "event_name": "issue_comment",
        "sha": "f" * 40,
        "ref": "refs/heads/main",
        "run_id": 12,
        "run_attempt": 1,
        "repository": "example/environments",
        "token": "secret",
    },
    "inputs": {"environment": "dev/alpha", "role-variable": "ROLE"},
    "vars": {"ROLE": "arn", "EMPTY": ""},
    "matrix": {"environment": "dev/beta", "slug": "dev-beta", "role_variable": "ROLE"},
    "needs": {
        "affected": {"result": "success", "outputs": {"apps": "[]"}},
        "registries": {"outputs": {"registries": "[{}]"}},
    },
    "steps": {},
    "secrets": {},
}
MORE = [
    "0 || 'a'",
    "'' && 'a'",
    "null == 0",
    "null == ''",
    "true == 1",
    "'1' == 1",
    "'x' == 1",
    "'ABC' == 'abc'",
    "'abc' < 'ABD'",
    "1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3",
    "!(1 != 1)",
    "!github.event.nothing.below",
    "github.event.comment == github.event.comment",
    "github['EVENT']['comment'].ID",
    "fromJSON('[1, [2, 3]]')[1][0]",
    "fromJSON('[1]')[4]",
    "contains('Hello', 'ell') && contains(fromJSON('[\"A\", \"B\"]'), 'b') && !contains(fromJSON('[\"AB\"]'), 'a')",
    "startsWith('refs/heads/main', 'REFS/') && endsWith(github.ref, 'main')",
    "format('{0}-{1}-{0}', 'a', 2)",
    "'it''s'",
    "0x1F == 31",
    "-1.5 < 0",
    "false || null || ''",
    "github.event.issue.pull_request && 'of a pull request'",
]


def expressions() -> list[str]:
    """Return all expressions of workflows and actions that need neither the status of a job nor files."""
    texts = [file.read_text() for file in files()]
    found = {match.strip() for text in texts for match in re.findall(r"\$\{\{(.*?)}}", text, re.DOTALL)}
    return sorted(text for text in found if not re.search(r"\b(cancelled|success|failure|hashFiles)\(", text))


def test_values_are_those_of_github() -> None:
    texts = [*expressions(), *MORE]
    cases = [{"text": text, "contexts": CONTEXTS} for text in texts]
    done = subprocess.run(
        ["node", EVALUATOR], input=json.dumps(cases), cwd=GITHUB.parent, capture_output=True, text=True, check=True
    )
    wanted = dict(zip(texts, json.loads(done.stdout), strict=True))
    found = {text: json.loads(json.dumps(value(f"${{{{ {text} }}}}", CONTEXTS))) for text in texts}

    assert len(expressions()) > 40
    assert found == wanted
    assert {is_true(wanted[text]) for text in MORE} == {True, False}


def test_values_in_a_text_are_written_into_it() -> None:
    assert value("environment-${{ inputs.environment }}", CONTEXTS) == "environment-dev/alpha"
    assert value("${{ inputs.environment }}-${{ github.run_id }}", CONTEXTS) == "dev/alpha-12"
    assert value("a ${{ inputs.nothing }} b", CONTEXTS) == "a  b"
    assert value(5, CONTEXTS) == 5


@pytest.mark.parametrize(
    ("text", "good", "cancelled", "holds"),
    [
        (None, True, False, True),
        (None, False, False, False),
        ("${{ needs.affected.result == 'success' }}", True, False, True),
        # Without a function of status, the success of all that comes before is asked for as well.
        ("${{ needs.affected.result == 'success' }}", False, False, False),
        ("${{ !cancelled() && needs.affected.result == 'success' }}", False, False, True),
        ("${{ !cancelled() && needs.affected.result == 'success' }}", False, True, False),
        ("${{ always() }}", False, True, True),
        ("failure()", False, False, True),
    ],
)
def test_a_condition_without_a_function_of_status_asks_for_success(
    text: str | None, *, good: bool, cancelled: bool, holds: bool
) -> None:
    status = {"success": good, "failure": not good, "cancelled": cancelled}

    assert condition(text, CONTEXTS, status) == holds


@pytest.mark.parametrize(
    "text", ["", "a b", "1 +", "github.", "nothing.here", "hashFiles('x')", "(1", "github[1", "fromJSON('')"]
)
def test_what_cannot_be_read_or_is_not_modelled_is_an_error(text: str) -> None:
    with pytest.raises(ExpressionError):
        value(f"${{{{ {text} }}}}", CONTEXTS)
