"""Characters that a declaration must not hold, since nobody sees what they do, and what a merge leaves behind."""

import re
import unicodedata

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xa0\xad\u061c\u115f\u1160\u1680\u180e\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u3000\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
"""Characters without a mark of their own, or that look like U+0020: a word with one is not what it looks like.

Tabs, line breaks and U+0020 may be in text.
"""

_CONFLICT = re.compile(r"^(<{7}|>{7})(?= |\r?$)", re.MULTILINE)
"""What git writes around the two sides of a conflict.

https://git-scm.com/docs/git-merge#_how_conflicts_are_presented
"""


def printable(text: str) -> str:
    """Return text of a file as messages print it, on one line: tabs, line breaks and unassigned characters escaped."""
    return text if text.isprintable() else text.encode("unicode_escape").decode()


def unseen(text: str) -> tuple[int, str] | None:
    """Return where the first character is that cannot be seen, and what is said of it; None if there is none."""
    found = _UNSEEN.search(text)
    return (found.start(), _said_of(found[0])) if found else None


def conflict(text: str) -> tuple[int, str] | None:
    """Return where git has marked the first conflict of a merge, and what is said of it; None if there is none."""
    found = _CONFLICT.search(text)
    if found is None:
        return None
    return found.start(), f'holds a conflict of a merge ("{found[0]}"); choose what is right, remove the lines of git'


def _said_of(character: str) -> str:
    code, name = f"U+{ord(character):04X}", unicodedata.name(character, "")
    if not name:
        return f"holds the control character {code}; remove it"
    remedy = "write a plain space" if unicodedata.category(character) == "Zs" else "remove it"
    return f"holds a character that cannot be seen: {code} {name}; {remedy}"
