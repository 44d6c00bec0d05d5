"""Renamed declarations, told as git does: a removed and an added file of which at least half is the same.

https://git-scm.com/docs/git-diff#Documentation/git-diff.txt---find-renamesltngt
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs_lib.config.naming import EnvironmentName

SHARE = 0.5


def find(
    removed: Mapping[EnvironmentName, bytes], added: Mapping[EnvironmentName, bytes]
) -> dict[EnvironmentName, EnvironmentName]:
    """Return the new names of declarations by their old ones; each is the old or the new name of one other at most."""
    before = {name: Counter(content.splitlines()) for name, content in removed.items()}
    after = {name: Counter(content.splitlines()) for name, content in added.items()}
    pairs = sorted(
        (-share, old, new)
        for old, lines in before.items()
        for new, others in after.items()
        if (old.is_base, old.is_account) == (new.is_base, new.is_account) and (share := _share(lines, others)) >= SHARE
    )
    renamed: dict[EnvironmentName, EnvironmentName] = {}
    for _, old, new in pairs:
        if old not in renamed and new not in renamed.values():
            renamed[old] = new
    return renamed


def _share(lines: Counter[bytes], others: Counter[bytes]) -> float:
    """Return how much of two files is the same, from 0 to 1, in lines."""
    most = max(lines.total(), others.total())
    return (lines & others).total() / most if most else 1.0
