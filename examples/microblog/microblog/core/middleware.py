"""What happens to every request."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from microblog.core import health
from microblog.core.http import client_address
from microblog.core.logs import request_id

logger = logging.getLogger("microblog.request")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:;=-]{1,128}")

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestLogMiddleware:
    """Gives the request an id, the caller's or the load balancer's if there is one, and logs how it went."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle a request and log it."""
        token = request_id.set(_id_of(request))
        started = time.perf_counter()
        try:
            response = self._get_response(request)
            response["X-Request-Id"] = request_id.get() or ""
            if request.path not in health.PATHS or response.status_code != 200:  # noqa: PLR2004
                self._log(request, response, time.perf_counter() - started)
            return response
        finally:
            request_id.reset(token)

    def _log(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        # Not request.user: it would ask the database about somebody whom nobody needed to know.
        user = getattr(request, "_cached_user", None)
        logger.info(
            "%s %s %s",
            request.method,
            request.path,
            response.status_code,
            extra={
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "milliseconds": round(seconds * 1000, 1),
                "client": client_address(request),
                "user": getattr(user, "pk", None),
            },
        )


class HealthMiddleware:
    """Answers health checks before anything asks for the host.

    Load balancers call a task by its address, with that address as the host, over plain HTTP.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer if it is a health check."""
        check = health.PATHS.get(request.path)
        return check() if check else self._get_response(request)


class BrowserPolicyMiddleware:
    """Tells browsers what a page of ours may load: https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        self._policy = "; ".join(
            [
                "default-src 'self'",
                f"img-src 'self' data: blob: {settings.IMAGE_ORIGIN}".rstrip(),
                "object-src 'none'",
                "base-uri 'none'",
                "form-action 'self'",
                "frame-ancestors 'none'",
            ]
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers to the response."""
        response = self._get_response(request)
        response.setdefault("Content-Security-Policy", self._policy)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


def _id_of(request: HttpRequest) -> str:
    for header in ("HTTP_X_REQUEST_ID", "HTTP_X_AMZN_TRACE_ID"):
        value = request.META.get(header, "")
        if _REQUEST_ID.fullmatch(value):
            return str(value)
    return uuid.uuid4().hex
