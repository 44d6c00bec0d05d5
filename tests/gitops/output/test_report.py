import re

import pytest

from gitops.output.report import (
    Detail,
    Report,
    Table,
    as_markdown,
    code,
    command,
    link,
    markdown_table,
    show,
    strong,
    text_table,
    word,
)

HOSTILE = "<b>@octocat</b> [x](http://evil) | `a`\n::error::x"


def test_columns_are_aligned_numbers_to_the_right_and_nothing_is_cut() -> None:
    url = "https://a-rather-long-host-name.environments.example.com/with/a/path"

    text = text_table(Table(headings=("name", "count", "URL"), rows=[("dev/alpha", "7", url), ("dev", "100", "")]))

    assert text.splitlines() == [
        "NAME       COUNT  URL",
        f"dev/alpha      7  {url}",
        "dev          100",
    ]


def test_a_table_without_rows_has_its_headings() -> None:
    assert text_table(Table(headings=("name", "URL"), rows=[])) == "NAME  URL"


def test_a_cell_of_several_lines_is_one_row_of_markdown_and_several_of_text() -> None:
    table = Table(headings=("environment", "details"), rows=[(code("dev/alpha"), ["one", "two|"]), ("dev/beta", [])])

    assert text_table(table).splitlines() == [
        "ENVIRONMENT  DETAILS",
        "dev/alpha    one",
        "             two|",
        "dev/beta",
    ]
    assert markdown_table(table).splitlines()[2:] == ["| `dev/alpha` | one<br>two\\| |", "| dev\\/beta |  |"]


def test_each_style_is_markdown_in_a_comment_and_plain_in_a_terminal() -> None:
    line = (
        word("w "),
        strong("s "),
        code("c"),
        word(" "),
        "t*",
        word(" "),
        link("https://a.example.com"),
        word(" "),
        command("deploy dev"),
    )
    table = Table(headings=("a",), rows=[(line,)])

    assert text_table(table).splitlines()[1] == "w s c t* https://a.example.com gitops deploy dev"
    assert markdown_table(table).splitlines()[2] == "| w **s **`c` t\\* <https://a.example.com> `/deploy dev` |"


def test_what_others_wrote_has_no_effect(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    report = Report(
        title="title",
        lines=[HOSTILE],
        table=Table(headings=("a", "b"), rows=[(HOSTILE, [HOSTILE])]),
        details=[Detail(heading=HOSTILE, text=HOSTILE)],
        notes=[link(f"javascript:{HOSTILE}")],
        footnotes_title="more",
        footnotes=[HOSTILE],
    )

    text = as_markdown(report, 10_000)
    show(report)
    printed = capsys.readouterr().err.splitlines()

    outside = re.sub(r"(`+)[^`].*?(?<!`)\1(?!`)", "", text, flags=re.DOTALL)
    assert "<b>" not in outside
    assert "@octocat" not in outside
    assert "](" not in outside
    assert printed[0].startswith("::stop-commands::")
    assert printed[-1] == f"::{printed[0].removeprefix('::stop-commands::')}::"


def test_a_report_that_is_too_long_loses_rows_and_says_so() -> None:
    rows = [(code(f"dev/app-{n}"), "x" * 50) for n in range(100)]
    report = Report(
        title="title",
        table=Table(headings=("environment", "reason"), rows=rows),
        details=[Detail(heading=code(f"dev/app-{n}"), text="y" * 100) for n in range(100)],
    )

    whole, cut = as_markdown(report, 100_000), as_markdown(report, 2_000)

    assert whole.count("| `dev/app") == 100
    assert whole.count("####") == 100
    assert len(cut) <= 2_000
    assert 0 < cut.count("| `dev/app") < 100
    assert 0 < cut.count("####") < 100
    assert "shortened" in cut
    assert "shortened" not in whole
