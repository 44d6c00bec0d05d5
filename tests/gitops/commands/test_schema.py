"""`gitops schema`: the page that it prints, and that the one in docs/ is the same."""

from itertools import groupby
from pathlib import Path

import pytest

from constructs_lib.config.model import CONFIG_OF_KIND
from constructs_lib.config.rules import RULES
from gitops.commands.schema import reference, schema

PAGE = Path(__file__).parents[3] / "docs" / "declarations.md"


def test_the_page_in_docs_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run: gitops schema > docs/declarations.md"


def test_the_command_prints_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert schema() == 0
    assert capsys.readouterr().out == reference()


@pytest.mark.parametrize("kind", CONFIG_OF_KIND)
def test_every_kind_has_a_section_with_an_example(kind: str) -> None:
    section = reference().partition(f"\n## {kind}\n")[2].partition("\n## ")[0]

    assert f"```yaml\nkind: {kind}\n" in section
    assert "| field | type | default | description |" in section


@pytest.mark.parametrize(
    "row",
    [
        '| `id` | text | required | AWS account id, twelve digits, in quotes. Example: `"111111111111"`. |',
        "| `network.nat` | one of `gateway`, `instance` | `gateway` |",
        '| `database.engine_version` | text | `"17"` |',
        "| `services.NAME.singleton` | true or false | `false` |",
        "| `services.NAME.scaling.min` | whole number, 1 to 1000 | required |",
        "| `release_command` | list of text |  |",
    ],
)
def test_rows_tell_type_default_and_meaning(row: str) -> None:
    assert f"\n{row}" in reference()


def test_every_rule_is_listed() -> None:
    rules = reference().partition("\n## Rules\n")[2]

    assert rules.count("\n- **") == len(RULES)


def test_cells_cannot_break_the_tables() -> None:
    tables = [list(lines) for is_row, lines in groupby(reference().splitlines(), _is_row) if is_row]
    columns = [{line.replace("\\|", "").count("|") for line in table} for table in tables]

    assert max(len(table) for table in tables) > 40
    assert all(len(found) == 1 for found in columns)


def _is_row(line: str) -> bool:
    return line.startswith("|")
