"""Headers of requests and responses on their way through the reverse proxy, as a load balancer would send them.

The browser requests ``http://alpha.dev.localhost``, the application receives a request for
``https://alpha.dev.example.com``. So addresses are replaced in both directions, and cookies lose what browsers accept
over https only: the attribute Secure, and prefixes of their names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Pairs = list[tuple[str, str]]

HTTPS_PORT = 443
# https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
COOKIE_PREFIXES = {"__Host-": "proxy-host-", "__Secure-": "proxy-secure-"}
DROPPED = ("domain", "secure")


def inwards(headers: Iterable[tuple[str, str]], here: str, public_host: str) -> dict[str, str]:
    """Return a request's headers for the load balancer; ``here`` is host and port in the browser's URL."""
    passed: dict[str, str] = {}
    for name, value in headers:
        match name:
            case "host":
                passed[name] = f"{public_host}:{HTTPS_PORT}"
            case "cookie":
                # HTTP/2 may split the header; the parts are one list.
                whole = "; ".join(filter(None, (passed.get(name), value)))
                passed[name] = "; ".join(_original_name(cookie.strip()) for cookie in whole.split(";"))
            case "origin" | "referer":
                passed[name] = _moved(value, {here: public_host}, "https")
            case _:
                passed[name] = f"{passed[name]}, {value}" if name in passed else value
    return passed


def outwards(headers: Iterable[tuple[str, str]], hosts: Mapping[str, str]) -> Pairs:
    """Return a response's headers for the browser; ``hosts`` are the hosts here, with port, by public host."""
    passed: Pairs = []
    for name, value in headers:
        match name.lower():
            case "location" | "access-control-allow-origin":
                passed.append((name, _moved(value, hosts, "http")))
            case "set-cookie":
                passed.append((name, _plain_cookie(value)))
            case "strict-transport-security" | "connection" | "keep-alive" | "transfer-encoding":
                pass  # the first is about the public host only, the others about one connection
            case _:
                passed.append((name, value))
    return passed


def _moved(address: str, hosts: Mapping[str, str], scheme: str) -> str:
    """Return an absolute URL with its host replaced; other values unchanged."""
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


def _original_name(cookie: str) -> str:
    for prefix, stand_in in COOKIE_PREFIXES.items():
        if cookie.startswith(stand_in):
            return prefix + cookie.removeprefix(stand_in)
    return cookie
