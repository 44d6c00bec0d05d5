from gitops.output.table import render


def test_columns_are_aligned_numbers_to_the_right_and_nothing_is_cut() -> None:
    url = "https://a-rather-long-host-name.environments.example.com/with/a/path"

    text = render(("NAME", "COUNT", "URL"), [("dev/alpha", "7", url), ("dev", "100", "")])

    assert text.splitlines() == [
        "NAME       COUNT  URL",
        f"dev/alpha      7  {url}",
        "dev          100",
    ]


def test_a_table_without_rows_has_its_headings() -> None:
    assert render(("NAME", "URL"), []) == "NAME  URL"
