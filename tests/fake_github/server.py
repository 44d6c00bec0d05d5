"""The HTTP side of the fake: reads a request, checks it, has it done, checks the answer, and may spoil it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from tests.fake_github import graphql, permissions
from tests.fake_github.access import FORBIDDEN, HEADER, beside_the_api, need_of_request
from tests.fake_github.acts import Act, act_of
from tests.fake_github.contract import Answered, asked
from tests.fake_github.faults import EMPTY, INSTEAD, Fault, Outcome
from tests.fake_github.limits import Limits
from tests.fake_github.operations.routes import contract, route
from tests.fake_github.permissions import CHECKOUT, need_of
from tests.fake_github.tokens import Tokens
from tests.fake_github.uses import Use
from tests.fake_github.world import NOT_FOUND, Answer, Listing, Refusal, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fake_github.operations.routes import Route
    from tests.fake_github.permissions import Need
    from tests.fake_github.tokens import Token
    from tests.fake_github.world import World

DEFAULT_PAGE_SIZE = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A request that arrived. `path` is below the repository; `status` is 0 when the connection was closed."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    status: int

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """An answer on its way out."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Server(ThreadingHTTPServer):
    """Serves one world on a free port of 127.0.0.1."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.tokens = Tokens()
        self.uses: list[Use] = []
        self.acts: list[Act] = []
        self.world: World | None = None
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.violations: list[str] = []
        self.limits = Limits()

    def server_bind(self) -> None:
        """Bind without looking the host's name up, which can take seconds."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # small answers leave in one piece
    disable_nagle_algorithm = True  # large ones without waiting for the client's acknowledgement

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def log_message(self, *_arguments: object) -> None:
        """Write nothing; calls are recorded."""

    def _serve(self) -> None:
        split = urlsplit(self.path)
        path, query = unquote(split.path), {key: values[-1] for key, values in parse_qs(split.query).items()}
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server, world = self.server, self.server.world
        assert world is not None
        prefix = f"/repos/{world.state.repository}"
        below = path.removeprefix(prefix) if path.startswith(prefix) else path
        with world.lock:
            fault = next((fault for fault in server.faults if fault.hits(self.command, below, query)), None)
        if fault is not None and fault.outcome is Outcome.SLOW:
            time.sleep(fault.seconds)
        with world.lock:
            reply = self._reply(world, fault, split.path, split.query, raw)
            closed = reply is None or (fault is not None and fault.outcome is Outcome.ANSWER_LOST)
            body = _json_or_none(raw)
            status = 0 if closed or reply is None else reply.status
            server.calls.append(Call(method=self.command, path=below, query=query, body=body, status=status))
        if closed or reply is None:
            self.close_connection = True
            return
        self._send(reply, fault)

    def _reply(self, world: World, fault: Fault | None, path: str, query: str, raw: bytes) -> Reply | None:
        outcome = fault.outcome if fault is not None else None
        if outcome is Outcome.CLOSED:
            return None
        if outcome in INSTEAD:
            instead = INSTEAD[outcome]
            refusal = Refusal(instead.status, instead.message)
            return Reply(status=instead.status, body=json.dumps(refusal.body).encode(), headers=instead.headers)
        if outcome in EMPTY:
            return Reply(status=200, body=EMPTY[outcome])
        try:
            return self._answer(world, path, query, raw)
        except Refusal as refusal:
            return Reply(status=refusal.status, body=json.dumps(refusal.body).encode())

    def _answer(self, world: World, path: str, query: str, raw: bytes) -> Reply:
        token = self.server.tokens.of_header(self.headers.get("Authorization"))
        if token is None:
            raise Refusal(401, "Bad credentials")
        if refused := self.server.limits.refused(self.command, world.state.now()):
            status, message, headers = refused
            return Reply(status=status, body=json.dumps(Refusal(status, message).body).encode(), headers=headers)
        if path == "/graphql":
            return self._graphql(world, token, raw)
        beside = beside_the_api(world, path)
        if beside is not None:
            operation, refusal = beside
            free = operation == CHECKOUT and not world.state.private
            if not (free or self._is_allowed(token, operation, need_of(operation))):
                raise Refusal(*refusal)
            return Reply(status=200, body=b"{}")
        found = route(self.command, path)
        if found is None:
            raise self._violation(f"{self.command} {path}: the fake has no such operation")
        content_type = self.headers.get("Content-Type", "")
        question = asked(
            method=self.command, pattern=found.pattern, path=path, query=query, content_type=content_type, body=raw
        )
        for problem in contract().faults_of_request(question):
            raise self._violation(f"{self.command} {path}?{query}: {problem}")
        reply = self._do(world, token, found, dict(question.parameters.query), raw)
        for problem in contract().faults_of_answer(question, Answered(status_code=reply.status, data=reply.body)):
            raise self._violation(f"the fake's own answer {reply.status} to {self.command} {path}: {problem}")
        return reply

    def _graphql(self, world: World, token: Token, raw: bytes) -> Reply:
        for problem in graphql.faults(raw):
            raise self._violation(f"POST /graphql: {problem}")
        request = graphql.understood(raw)
        if request is None:
            raise self._violation(f"POST /graphql: the fake does not know {raw.decode(errors='replace')[:300]}")
        allowed = self._is_allowed(token, request.operation, need_of(request.operation))
        return Reply(status=200, body=json.dumps(graphql.answer(world, request, allowed=allowed)).encode())

    def _do(self, world: World, token: Token, found: Route, query: dict[str, str], raw: bytes) -> Reply:
        owner, name, *names = found.names
        about = world.of(f"{owner}/{name}")
        if about is None:
            raise Refusal(*NOT_FOUND)
        world = about
        if f"{self.command} {found.pattern}" not in permissions.operations():
            raise self._violation(f"{self.command} {found.pattern}: tests/fake_github/permissions.py has no row for it")
        need = need_of_request(world, self.command, found.pattern, names)
        if not self._is_allowed(token, f"{self.command} {found.pattern}", need):
            body = json.dumps(Refusal(*FORBIDDEN).body).encode()
            return Reply(status=FORBIDDEN[0], body=body, headers={HEADER: need.header})
        body = json.loads(raw) if raw else {}
        try:
            answer = found.operation(
                world, Request(names=names, query=query, body=body, login=token.login, may_bypass=token.may_bypass)
            )
        except Refusal as refusal:
            answer = Answer(status=refusal.status, body=refusal.body)
        else:
            act = act_of(token, self.command, found.pattern, names, body)
            self.server.acts += [act] if act is not None else []
        if isinstance(answer, Answer):
            return Reply(status=answer.status, body=json.dumps(answer.body).encode())
        return self._page(answer, query, world.state.page_size)

    def _is_allowed(self, token: Token, operation: str, need: Need) -> bool:
        """Say whether a token has what an operation needs, and keep that it was asked for."""
        allowed = token.meets(need)
        self.server.uses.append(Use(job=token.job, operation=operation, need=need, allowed=allowed))
        return allowed

    def _page(self, listing: Listing, query: dict[str, str], limit: int) -> Reply:
        """Return one page, with a link to the next as GitHub gives it."""
        size = min(int(query.get("per_page", DEFAULT_PAGE_SIZE)), limit)
        page = int(query.get("page", 1))
        shown = [listing.shown(item) for item in listing.items[(page - 1) * size : page * size]]
        headers = {}
        if page * size < len(listing.items):
            last = -(-len(listing.items) // size)
            url = f"http://{self.headers['Host']}{urlsplit(self.path).path}"
            links = {"next": page + 1, "last": last}
            headers["Link"] = ", ".join(
                f'<{url}?{urlencode({**query, "page": number})}>; rel="{name}"' for name, number in links.items()
            )
        return Reply(status=200, body=json.dumps(shown).encode(), headers=headers)

    def _violation(self, problem: str) -> Refusal:
        self.server.violations.append(problem)
        return Refusal(500, f"violation: {problem}")

    def _send(self, reply: Reply, fault: Fault | None) -> None:
        outcome = fault.outcome if fault is not None else None
        half = reply.body[: len(reply.body) // 2]
        body = half if outcome in {Outcome.CUT_OFF, Outcome.NOT_JSON} else reply.body
        length = len(reply.body) if outcome is Outcome.CUT_OFF else len(body)
        self.send_response(reply.status)
        assert self.server.world is not None
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(length),
            **self.server.limits.headers(self.server.world.state.now()),
            **reply.headers,
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        if outcome is Outcome.CUT_OFF:
            self.close_connection = True


def _json_or_none(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None
