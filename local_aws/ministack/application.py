"""MiniStack as a whole: the application that is served, and how a service is added to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ministack import app as _app
from ministack.core import router as _router

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from hypercorn.typing import ASGIFramework

    Response = tuple[int, dict[str, str], bytes]
    """Status, headers and body, as MiniStack's services answer."""
    RequestHandler = Callable[[str, str, dict[str, str], bytes, dict[str, list[str]]], Coroutine[Any, Any, Response]]
    """A service of MiniStack: method, path, headers, body and query parameters to a response."""

APPLICATION = cast("ASGIFramework", _app.app)


def add_service(name: str, target_prefix: str, handler: RequestHandler) -> None:
    """Add an AWS service of the JSON protocol, told by the prefix of its ``X-Amz-Target`` header."""
    _app.SERVICE_HANDLERS[name] = handler
    _router.SERVICE_PATTERNS[name] = {"target_prefixes": [target_prefix]}
