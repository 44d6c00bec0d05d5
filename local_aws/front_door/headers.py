"""Headers on their way through the front door: the application sees what a load balancer at its public URL shows it.

The browser speaks http to ``alpha.dev.localhost``, the application is asked as ``https://alpha.dev.example.com``. So
addresses are exchanged in both directions, and cookies lose what only holds for https: the attribute Secure, and the
prefixes of names that ask for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Pairs = list[tuple[str, str]]

HTTPS_PORT = 443
# https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
COOKIE_PREFIXES = {"__Host-": "front-door-host-", "__Secure-": "front-door-secure-"}
DROPPED = ("domain", "secure")


def inwards(headers: Iterable[tuple[str, str]], here: str, public_host: str) -> dict[str, str]:
    """Return a request's headers as the load balancer gets them; ``here`` is host and port of the front door."""
    passed: dict[str, str] = {}
    for name, value in headers:
        match name:
            case "host":
                passed[name] = f"{public_host}:{HTTPS_PORT}"
            case "cookie":
                # HTTP/2 may split the header; the parts are one list.
                whole = "; ".join(filter(None, (passed.get(name), value)))
                passed[name] = "; ".join(_named_as_before(cookie.strip()) for cookie in whole.split(";"))
            case "origin" | "referer":
                passed[name] = _moved(value, {here: public_host}, "https")
            case _:
                passed[name] = f"{passed[name]}, {value}" if name in passed else value
    return passed


def outwards(headers: Iterable[tuple[str, str]], hosts: Mapping[str, str]) -> Pairs:
    """Return a response's headers for the browser; ``hosts`` are the front door's, with port, by public host."""
    passed: Pairs = []
    for name, value in headers:
        match name.lower():
            case "location" | "access-control-allow-origin":
                passed.append((name, _moved(value, hosts, "http")))
            case "set-cookie":
                passed.append((name, _plain_cookie(value)))
            case "strict-transport-security" | "connection" | "keep-alive" | "transfer-encoding":
                pass  # the first says of the public host what is not true of this one, the others end here
            case _:
                passed.append((name, value))
    return passed


def _moved(address: str, hosts: Mapping[str, str], scheme: str) -> str:
    """Return an absolute URL at the host that takes the place of its own; other texts as they are."""
    parts = urlsplit(address)
    known = parts.netloc if parts.netloc in hosts else (parts.hostname or "")
    if parts.scheme not in {"http", "https"} or known not in hosts:
        return address
    return parts._replace(scheme=scheme, netloc=hosts[known]).geturl()


def _plain_cookie(cookie: str) -> str:
    pair, *attributes = (part.strip() for part in cookie.split(";"))
    for prefix, stand_in in COOKIE_PREFIXES.items():
        if pair.startswith(prefix):
            pair = stand_in + pair.removeprefix(prefix)
    kept = [attribute for attribute in attributes if attribute.partition("=")[0].strip().lower() not in DROPPED]
    return "; ".join([pair, *kept])


def _named_as_before(cookie: str) -> str:
    for prefix, stand_in in COOKIE_PREFIXES.items():
        if cookie.startswith(stand_in):
            return prefix + cookie.removeprefix(stand_in)
    return cookie
