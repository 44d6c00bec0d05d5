"""The line `image: …` of a declaration: a digest has its tag in a comment beside it, for those who read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitops.declarations import with_field
from gitops.promote.image import DIGEST_PREFIX

if TYPE_CHECKING:
    from gitops.promote.image import Version

_LINE = re.compile(
    r"""^(?P<field>image:[ \t]*(["']?)(?P<value>sha256:[0-9a-f]{64})\2)"""
    r"""(?:[ \t]+\#[ \t](?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?[ \t]*$""",
    re.MULTILINE,
)
"""The line of a digest, without a comment or with one that is a tag and nothing else."""


def tag_beside(text: str) -> str:
    """Return the tag in the comment beside the digest that a declaration has, empty when there is none."""
    found = _LINE.search(text)
    return (found["tag"] or "") if found else ""


def with_image(text: str, shown: str, version: Version) -> str:
    """Return a declaration with another image; `shown` is its path, for messages.

    Raises:
        DeclarationError: the declaration is no YAML that a declaration may be.
        UserError: it is written in a way that cannot be edited without changing something else.
    """
    # The tag beside the old digest goes with it; whatever else somebody has written there stays.
    bare = _LINE.sub(r"\g<field>", text, count=1)
    edited = with_field(bare, shown, "image", version.value)
    if not version.tag or not version.value.startswith(DIGEST_PREFIX):
        return edited
    return _LINE.sub(lambda found: found[0] if found["tag"] else f"{found['field']} # {version.tag}", edited, count=1)
