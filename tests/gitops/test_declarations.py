from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from constructs_lib.config import loader
from constructs_lib.config.errors import DeclarationError
from gitops.declarations import to_yaml, with_field, without_field
from gitops.errors import UserError

LOCK = {"by": "octocat", "reason": "a demonstration on Friday"}
LOCKED = "lock: {by: octocat, reason: a demonstration on Friday}"
PLAIN = "kind: ad-hoc-app\nexpires: 2026-12-05\nimage: v1\n"


def data(text: str) -> object:
    return loader.parse(text.encode(), "file").data


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PLAIN, PLAIN.replace("12-05", "12-08")),
        ("# why\nexpires:   2026-12-05   # Friday\n", "# why\nexpires:   2026-12-08   # Friday\n"),
        ('expires: "2026-12-05"\n', 'expires: "2026-12-08"\n'),
        ("expires: '2026-12-05' # so\n", "expires: '2026-12-08' # so\n"),
        ("kind: x\r\nexpires: 2026-12-05\r\nimage: v1\r\n", "kind: x\r\nexpires: 2026-12-08\r\nimage: v1\r\n"),
        ("kind: x\nexpires: 2026-12-05", "kind: x\nexpires: 2026-12-08"),
        ("{kind: x, expires: 2026-12-05, image: v1}\n", "{kind: x, expires: 2026-12-08, image: v1}\n"),
        ('{"expires":"2026-12-05","kind":"x"}', '{"expires":"2026-12-08","kind":"x"}'),
        ("\ufeffexpires: 2026-12-05\n", "\ufeffexpires: 2026-12-08\n"),
        ("ü: ä\nexpires: 2026-12-05 # ö\n", "ü: ä\nexpires: 2026-12-08 # ö\n"),
        (
            "environment: {expires: 2026-12-05}\nexpires: 2026-12-05\n",
            "environment: {expires: 2026-12-05}\nexpires: 2026-12-08\n",
        ),
        ("---\nexpires: 2026-12-05\n", "---\nexpires: 2026-12-08\n"),
        ("? expires\n: 2026-12-05\n", "? expires\n: 2026-12-08\n"),
        ("kind: x\nexpires:\n  2026-12-05\n", "kind: x\nexpires:\n  2026-12-08\n"),
    ],
)
def test_a_value_changes_and_everything_around_it_stays(before: str, after: str) -> None:
    assert with_field(before, "file", "expires", "2026-12-08") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PLAIN, f"{PLAIN}{LOCKED}\n"),
        ("kind: x\nimage: v1", f"kind: x\nimage: v1\n{LOCKED}\n"),
        ("kind: x\r\nimage: v1\r\n", f"kind: x\r\nimage: v1\r\n{LOCKED}\r\n"),
        ("kind: x\n# the end\n", f"kind: x\n# the end\n{LOCKED}\n"),
        ("  kind: x\n  image: v1\n", f"  kind: x\n  image: v1\n  {LOCKED}\n"),
        ("services:\n  web: {}\n  beat: null   # none\n", f"services:\n  web: {{}}\n  beat: null   # none\n{LOCKED}\n"),
        ("{kind: x}\n", f"{{kind: x, {LOCKED}}}\n"),
        ("{\n  kind: x,\n}\n", f"{{\n  kind: x, {LOCKED},\n}}\n"),
        ("lock: {by: hubot, reason: x}   # for now\nkind: x\n", f"{LOCKED}   # for now\nkind: x\n"),
        ("lock:\n  by: hubot\n  reason: x\n# app\nkind: x\n", f"{LOCKED}\n# app\nkind: x\n"),
    ],
)
def test_a_field_is_added_at_the_end_or_replaced_where_it_is(before: str, after: str) -> None:
    assert with_field(before, "file", "lock", LOCK) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{PLAIN}{LOCKED}\n", PLAIN),
        (f"{LOCKED}   # for now\n{PLAIN}", PLAIN),
        (f"kind: x\nlock:\n  by: octocat   # me\n  reason: x\n# app\n{'image: v1'}\n", "kind: x\n# app\nimage: v1\n"),
        (f"kind: x\r\n{LOCKED}\r\nimage: v1\r\n", "kind: x\r\nimage: v1\r\n"),
        (f"kind: x\n{LOCKED}", "kind: x\n"),
        (f"{{kind: x, {LOCKED}}}\n", "{kind: x}\n"),
        (f"{{{LOCKED}, kind: x}}\n", "{kind: x}\n"),
        (f"{{kind: x, {LOCKED}, image: v1}}", "{kind: x, image: v1}"),
        ("kind: x\nlock:\n  by: octocat\n  reason: |\n    because\n    of this\nimage: v1\n", "kind: x\nimage: v1\n"),
        (PLAIN, PLAIN),
    ],
)
def test_a_field_is_removed_with_its_own_lines_only(before: str, after: str) -> None:
    assert without_field(before, "file", "lock") == after


@pytest.mark.parametrize(
    "text",
    [
        "environment: {A: &day 2026-12-05}\nexpires: *day\n",
        "expires: &day 2026-12-05\nimage: *day\n",
        "expires: >-\n  2026-12-05\nimage: v1\n",
    ],
)
def test_what_cannot_be_edited_without_changing_something_else_is_left_to_people(text: str) -> None:
    with pytest.raises(UserError, match="change `expires` in it by hand"):
        with_field(text, "environments/dev/alpha.yaml", "expires", "2026-12-08")


def test_a_document_that_is_ended_takes_no_field() -> None:
    with pytest.raises(UserError, match="by hand"):
        with_field("kind: x\n...\n", "file", "lock", LOCK)


def test_what_is_no_declaration_is_not_edited() -> None:
    with pytest.raises(DeclarationError):
        with_field("- a\n- b\n", "file", "expires", "2026-12-08")


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=40))
def test_any_line_of_text_comes_back_as_it_was_given(text: str) -> None:
    reason = " ".join(text.split()) or "x"
    for before in (PLAIN, "{kind: x}", "kind: x\nlock: {by: a, reason: 'b'}", "kind: x\nlock:\n  by: a\n  reason: b\n"):
        edited = with_field(before, "file", "lock", {"by": "octocat", "reason": reason})
        assert data(edited) == {**loader.parse(before.encode(), "").data, "lock": {"by": "octocat", "reason": reason}}
        assert data(without_field(edited, "file", "lock")) == {
            key: value for key, value in loader.parse(before.encode(), "").data.items() if key != "lock"
        }


@given(st.text(st.sampled_from("kind:expiresx {},[]\n\r'\"&*|>-#2026 "), max_size=60))
def test_whatever_the_text_an_edit_changes_one_field_or_nothing(text: str) -> None:
    try:
        before = loader.parse(text.encode(), "").data
        edited = with_field(text, "file", "expires", "2026-12-08")
    except (DeclarationError, UserError):
        return
    assert data(edited) == {**before, "expires": "2026-12-08"}


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
