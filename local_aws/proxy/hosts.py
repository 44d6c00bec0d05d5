"""Host names of environments on this machine.

Browsers resolve every name below ``localhost`` to this machine:
https://datatracker.ietf.org/doc/html/rfc6761#section-6.3
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

SUFFIX = "localhost"


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A deployed environment: its host on this machine, and its public host, which its listener rules have."""

    host: str
    public_host: str
    account: str
    region: str


def host(environment: str) -> str:
    """Return the host of an environment on this machine: ``alpha.dev.localhost`` for ``dev/alpha``."""
    folder, _, name = environment.partition("/")
    return f"{name}.{folder}.{SUFFIX}"


def url(environment: str, port: int) -> str:
    """Return the URL of an environment on this machine."""
    return f"http://{host(environment)}:{port}/"


def site(environment: str, public_url: str, account: str, region: str) -> Site | None:
    """Return the site of a stack, from its tag and its output with the URL; None when it has neither."""
    public_host = urlsplit(public_url).hostname
    if not environment or not public_host:
        return None
    return Site(host=host(environment), public_host=public_host, account=account, region=region)
