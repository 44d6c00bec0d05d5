"""The name and the token that `/destroy` answers with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def token_in(comments: Sequence[str]) -> str:
    """Return the name and the token of the newest comment that has them."""
    newest_first = "\n".join(reversed(comments))
    found = re.search(r"^/confirm (\S+ [a-z2-7]{16})$", newest_first, re.MULTILINE)
    assert found is not None, newest_first
    return found[1]
