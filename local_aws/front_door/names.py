"""The names by which a browser reaches environments on this machine.

Browsers resolve every name below ``localhost`` to this machine by themselves:
https://datatracker.ietf.org/doc/html/rfc6761#section-6.3
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

SUFFIX = "localhost"


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """An environment that is deployed: its host here, and the one by which its load balancer knows it."""

    host: str
    public_host: str
    account: str
    region: str


def host(environment: str) -> str:
    """Return the host of an environment here: ``alpha.dev.localhost`` for ``dev/alpha``."""
    folder, _, name = environment.partition("/")
    return f"{name}.{folder}.{SUFFIX}"


def url(environment: str, port: int) -> str:
    """Return where an environment answers on this machine."""
    return f"http://{host(environment)}:{port}/"


def site(environment: str, public_url: str, account: str, region: str) -> Site | None:
    """Return the site of a stack by its tag and its URL output; None when it has no URL."""
    public_host = urlsplit(public_url).hostname
    if not environment or not public_host:
        return None
    return Site(host=host(environment), public_host=public_host, account=account, region=region)
