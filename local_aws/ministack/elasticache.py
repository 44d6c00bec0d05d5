"""Changes of MiniStack's ElastiCache."""

from __future__ import annotations

from xml.sax.saxutils import escape

from local_aws.ministack import seams


def escape_access_strings() -> None:
    """Escape users' access strings in responses: an ampersand, as in `on ~* &*`, makes them invalid XML."""
    write = seams.write_cache_user.current
    seams.write_cache_user.replace(lambda user: write({**user, "AccessString": escape(user.get("AccessString", ""))}))
