"""What somebody wrote stays text, whatever it is; checked with a Markdown parser."""

from __future__ import annotations

import re
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gitops.output import markdown

GFM = MarkdownIt("commonmark").enable(["table", "strikethrough"])
"""Without the links that GitHub makes of bare addresses; those are looked for in the text."""

MARKUP = [
    *("_a_", "__a__", "*a*", "~~a~~", "`a`", "# a", "## ", "===", "---", "- a", "+ a", "* a", "1. a", "1) a", "> a"),
    *(
        "[x](y)",
        "![x](y)",
        "[x]: y",
        "<b>",
        "<!-- a",
        "-->",
        "</details>",
        "&lt;",
        "&#64;",
        "\\*a\\*",
        "|",
        "a | b",
        "```",
    ),
    *(
        "www.example.com",
        "https://example.com",
        "a@b.com",
        "@octocat",
        "#1",
        "GH-1",
        "$a$",
        "a\n\nb",
        "    a",
        "\u202ea",
    ),
]
ANYTHING = st.one_of(
    st.text(),
    st.text(alphabet="`*_{}[]()#+!|<>~&:/.=$-\\@ \t\r\n1aGHw"),
    st.lists(st.sampled_from(MARKUP)).map("".join),
)

PARAGRAPH = ["paragraph_open", "inline", "paragraph_close"]
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


def seen(value: str) -> str:
    """Return what a reader sees of a value that stands on one line."""
    line = "".join(c for c in re.sub(r"\s+", " ", value) if category(c) not in UNSEEN)
    return re.sub("[\u034f\u115f\u1160\u17b4\u17b5\u3164\ufe00-\ufe0f\uffa0]", "", line).strip()


def inline(source: str) -> list[tuple[str, str]]:
    """Return the type and content of all that is inside blocks."""
    return [(child.type, child.content) for token in GFM.parse(source) for child in token.children or []]


def blocks(source: str) -> list[str]:
    return [token.type for token in GFM.parse(source)]


def assert_nothing_but_text(value: str) -> None:
    source = f"before {markdown.text(value)} after"
    assert blocks(source) == PARAGRAPH
    assert {kind for kind, _ in inline(source)} == {"text"}
    shown = "".join(content for _, content in inline(source)).replace("\u200b", "")
    assert shown == f"before {seen(value)} after"


def assert_begins_nothing(value: str) -> None:
    assert blocks(markdown.text(value)) == (PARAGRAPH if seen(value) else [])
    assert blocks(f"first line\n{markdown.text(value)}") == PARAGRAPH


@pytest.mark.parametrize("value", MARKUP)
def test_markup_is_text(value: str) -> None:
    assert_nothing_but_text(value)
    assert_begins_nothing(value)
    assert_begins_nothing(f"{value} {value}")


@given(ANYTHING)
def test_text_is_nothing_but_text(value: str) -> None:
    assert_nothing_but_text(value)


@given(ANYTHING)
def test_text_begins_no_heading_list_quote_or_rule(value: str) -> None:
    assert_begins_nothing(value)


@given(ANYTHING)
def test_text_mentions_nobody_and_links_nothing(value: str) -> None:
    source = markdown.text(value)
    assert not re.search(r"@(?!&#8203;)", source)
    assert not re.search(r"://|www\.|mailto:", source, re.IGNORECASE)
    shown = "".join(content for _, content in inline(source))
    assert not re.search(r"#\d|\bGH-\d|@\w", shown, re.IGNORECASE)


@given(ANYTHING)
def test_text_and_code_are_one_line_without_anything_unseen(value: str) -> None:
    for source in (markdown.text(value), markdown.code(value)):
        assert {category(character) for character in source} & UNSEEN == set()
        assert len(source.splitlines()) <= 1


@given(ANYTHING)
def test_code_is_one_span_that_shows_the_value(value: str) -> None:
    source = f"before {markdown.code(value)} after"
    expected = [("text", "before "), ("code_inline", seen(value).replace("|", "¦")), ("text", " after")]
    assert inline(source) == (expected if seen(value) else [("text", "before  after")])


@given(st.lists(st.tuples(ANYTHING, ANYTHING), min_size=1, max_size=3))
def test_cells_stay_in_their_rows_and_columns(rows: list[tuple[str, str]]) -> None:
    source = markdown.table(("name", "value"), [(markdown.code(name), markdown.text(value)) for name, value in rows])
    types = blocks(source)
    assert types[0] == "table_open"
    assert types[-1] == "table_close"
    assert types.count("tr_open") == len(rows) + 1
    assert types.count("td_open") == 2 * len(rows)
    cells = [token for token in GFM.parse(source) if token.type == "inline"][2:]
    shown = ["".join(child.content for child in cell.children or []).replace("\u200b", "") for cell in cells]
    assert shown == [cell for name, value in rows for cell in (seen(name).replace("|", "¦"), seen(value))]


@given(ANYTHING)
def test_a_block_ends_where_it_should(value: str) -> None:
    tokens = GFM.parse(f"{markdown.block(value, 'text')}\n\nafter")
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert {
        category(character) for character in tokens[0].content.replace("\n", "").replace("\t", "")
    } & UNSEEN == set()


def test_a_block_keeps_its_lines() -> None:
    assert markdown.block("one\n  two\r\n```\nthree") == "````\none\n  two\n```\nthree\n````"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("prod web", "prod web"),
        ("@octocat", "@&#8203;octocat"),
        ("fixes #12", r"fixes \#&#8203;12"),
        ("a\u202eb\u200bc", "abc"),
        ("<img src=x>", r"&lt;img src\=x&gt;"),
        ("two\nlines", "two lines"),
    ],
)
def test_text_reads_well(value: str, expected: str) -> None:
    assert markdown.text(value) == expected


def test_a_fold_closes_around_a_block_that_tries_to_close_it() -> None:
    source = markdown.fold("more", markdown.block("</details>\n\n# heading"))
    assert blocks(source) == ["html_block", "fence", "html_block"]
