"""docs/threat-model.md names tests, and they exist."""

from __future__ import annotations

import re

from tests.workflows.definitions import GITHUB

ROOT = GITHUB.parent
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_test_that_it_names_exists() -> None:
    named = NAMED.findall((ROOT / "docs" / "threat-model.md").read_text())
    missing = [f"{path}::{name}" for path, name in named if f"def {name}(" not in _text(path)]

    assert len(named) > 100
    assert missing == []


def test_every_attack_has_a_test() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text()
    section = text.partition("## Attacks")[2].partition("\n## ")[0]
    attacks = [line for line in section.splitlines() if line.startswith("| ")][2:]

    assert len(attacks) >= 60
    assert [attack for attack in attacks if not NAMED.search(attack)] == []


def _text(path: str) -> str:
    file = ROOT / path
    return file.read_text() if file.exists() else ""
