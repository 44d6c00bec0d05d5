"""Each folder below tests/fixtures/environments is a test: a tree of declarations and the messages it gives.

With BLESS=1 in the environment, expected.txt is written instead of compared.
"""

import os
from datetime import date
from pathlib import Path

import pytest

from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError

FIXTURES = Path(__file__).parents[2] / "fixtures" / "environments"
TODAY = date(2026, 11, 23)


def cases(group: str) -> list[Path]:
    return sorted((FIXTURES / group).iterdir())


def assert_expected(case: Path, messages: str) -> None:
    expected = case / "expected.txt"
    if os.environ.get("BLESS") == "1":
        expected.write_text(messages, encoding="utf-8")
    assert messages == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", cases("invalid"), ids=lambda case: case.name)
def test_invalid_declarations_are_refused_with_the_expected_messages(case: Path) -> None:
    with pytest.raises(DeclarationError) as refusal:
        load(case / "environments", today=TODAY)

    assert_expected(case, f"{refusal.value}\n")


@pytest.mark.parametrize("case", cases("valid"), ids=lambda case: case.name)
def test_valid_declarations_load_with_the_expected_warnings(case: Path) -> None:
    environments = load(case / "environments", today=TODAY)

    assert len(environments) > 0
    assert_expected(case, "".join(f"{warning}\n" for warning in environments.warnings))
