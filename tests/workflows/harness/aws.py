"""A recorder in front of the embedded AWS: who called what, and what to answer instead."""

from __future__ import annotations

import base64
import http.client
import json
import re
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade"}


@dataclass(frozen=True, kw_only=True, slots=True)
class AwsCall:
    """A request to AWS. `role` is the environment of GitHub whose role sent it; empty for the CDK's own roles."""

    service: str
    action: str
    role: str

    def __str__(self) -> str:
        return f"{self.service}:{self.action}"


class Recorder:
    """Passes requests on to the embedded AWS at `endpoint`, and keeps a list of them but for log-ins."""

    def __init__(self, endpoint: str) -> None:
        self.calls: list[AwsCall] = []
        self.lost: Callable[[AwsCall], bool] = lambda _: False
        """Says which requests get lost on their way: AWS does not see them, and nobody answers."""
        self._target = urlsplit(endpoint)
        self._lock = Lock()
        self._environments: dict[str, str] = {}
        """The environments of GitHub whose roles the session tokens are of."""
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                recorder.serve(self)

            do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815

            def log_message(self, *_arguments: object) -> None:
                """Write nothing; calls are recorded."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def endpoint(self) -> str:
        """Where it listens; by name, since paths of S3 depend on it."""
        return f"http://localhost:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        """Carry out one request."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        call = _call(handler, body, self._environments)
        logs_in = call.action == "AssumeRoleWithWebIdentity"
        with self._lock:
            if not logs_in:
                self.calls.append(call)
            lost = self.lost(call)
        if lost:
            handler.close_connection = True
            return
        connection = http.client.HTTPConnection(str(self._target.hostname), self._target.port, timeout=120)
        headers = {name: value for name, value in handler.headers.items() if name.lower() not in HOP_BY_HOP}
        connection.request(handler.command, handler.path, body=body, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if logs_in and (session := re.search(rb"<SessionToken>([^<]+)<", content)):
            token = parse_qs(body.decode())["WebIdentityToken"][0]
            self._environments[session[1].decode()] = _environment_in(token)
        handler.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {*HOP_BY_HOP, "content-length", "date", "server"}:
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away."""


def _environment_in(token: str) -> str:
    """Return the environment of GitHub that a token is for."""
    part = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return str(claims["environment"])


def _call(handler: BaseHTTPRequestHandler, body: bytes, environments: Mapping[str, str]) -> AwsCall:
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", handler.headers.get("Authorization", ""))
    target = handler.headers.get("X-Amz-Target", "").rpartition(".")[2]
    form = handler.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")
    action = parse_qs(body.decode(errors="replace")).get("Action", [""])[0] if form else ""
    return AwsCall(
        service=scope[1] if scope else "",
        action=target or action or f"{handler.command} {urlsplit(handler.path).path}",
        role=environments.get(handler.headers.get("X-Amz-Security-Token", ""), ""),
    )
