"""Plain data as YAML text and back."""

import pytest

from constructs_lib.config import loader
from gitops.declaration_text import to_yaml


def test_mappings_are_blocks_and_lists_are_lines() -> None:
    data = {"a": {"b": {"c": 1}}, "d": ["x", 2, True, None], "e": [], "f": {}}

    assert to_yaml(data) == "a:\n  b:\n    c: 1\nd: [x, 2, true, null]\ne: []\nf: {}\n"


ODD_TEXTS = """\
plain|2026-12-05|/*|a b|--flag=1|yes|5|012|1.10|true|null|a: b|a #b|- a|[a]|a, b|{a}|"|'|*a|&a|!a|@a|é|\\|?|#| a|a |~"""


@pytest.mark.parametrize("text", [*ODD_TEXTS.split("|"), "", "two\nlines", "tab\t", "|"])
def test_text_is_read_back_as_it_was(text: str) -> None:
    data = {"block": text, "list": [text, text]}

    assert loader.parse(to_yaml(data).encode(), "x.yaml").data == data


@pytest.mark.parametrize("text", ["plain", "2026-12-05", "/*", "yes", "--flag=1", "v1.4.2", "a-b_c"])
def test_text_that_needs_no_quotes_has_none(text: str) -> None:
    assert to_yaml({"key": text}) == f"key: {text}\n"
