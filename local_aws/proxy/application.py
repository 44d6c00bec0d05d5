"""A reverse proxy: requests for an environment's host go through its load balancer, all others to the AWS APIs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from local_aws import ministack
from local_aws.ministack import load_balancing
from local_aws.ministack.cloudformation import stacks
from local_aws.proxy import headers as exchange
from local_aws.proxy import web_socket
from local_aws.proxy.hosts import SUFFIX, site

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from local_aws.proxy.hosts import Site

    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

URL_OUTPUT = "Url"
ENVIRONMENT_TAG = "gitops:environment"
LABELS_OF_A_NAME = 3
"""``alpha.dev.localhost``. MiniStack uses shorter and longer names below localhost."""


def sites() -> dict[str, Site]:
    """Return the deployed environments by their host on this machine."""
    found = [
        site(stack.tags.get(ENVIRONMENT_TAG, ""), stack.outputs.get(URL_OUTPUT, ""), stack.account, stack.region)
        for stack in stacks()
    ]
    return {one.host: one for one in found if one is not None}


class ReverseProxy:
    """An ASGI application that serves environments and passes other requests to the application behind it."""

    def __init__(self, behind: Callable[..., Awaitable[None]]) -> None:
        self._behind = behind

    async def __call__(self, scope: Message, receive: Receive, send: Send, *more: object) -> None:
        """Serve a request for an environment, or pass it to the application behind."""
        names = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope.get("headers", [])}
        here = names.get("host", "")
        host = here.partition(":")[0].lower()
        if scope["type"] not in {"http", "websocket"} or not host.endswith(f".{SUFFIX}"):
            await self._behind(scope, receive, send, *more)
            return
        known = sites()
        if host in known and scope["type"] == "websocket":
            await _connect(scope, receive, send, known[host])
        elif scope["type"] == "websocket":
            await web_socket.refuse(scope, send, 404, _known_sites(here, known).encode())
        elif host in known:
            await _forward(scope, receive, send, known, known[host])
        elif host.count(".") == LABELS_OF_A_NAME - 1 and host.split(".")[1] in {one.split(".")[1] for one in known}:
            await _answer(send, 404, {"content-type": "text/plain"}, _known_sites(here, known))
        else:
            await self._behind(scope, receive, send, *more)


async def _forward(scope: Message, receive: Receive, send: Send, known: Mapping[str, Site], wanted: Site) -> None:
    """Send a request through the load balancer of a site. MiniStack needs the whole body first."""
    port = _here(scope).partition(":")[2]
    sent = _request(scope, wanted, await _body(receive))
    with ministack.request_scope(wanted.account, wanted.region):
        balancer = load_balancing.balancer_of(wanted.public_host)
        if balancer is None:
            await _answer(send, 404, {"content-type": "text/plain"}, f"{wanted.public_host} has no listener rule.\n")
            return
        status, answered, content = await load_balancing.request(balancer, sent)
        hosts = {one.public_host: ":".join(filter(None, (one.host, port))) for one in known.values()}
        pairs = [
            (name, value)
            for name, values in answered.items()
            for value in ([values] if isinstance(values, str) else values)
        ]
        await _start(send, status, exchange.outwards(pairs, hosts))
        if isinstance(content, bytes):
            await send({"type": "http.response.body", "body": content})
        else:
            await content(send, receive)


async def _connect(scope: Message, receive: Receive, send: Send, wanted: Site) -> None:
    """Connect a WebSocket with the target that the load balancer of a site chooses for its handshake."""
    with ministack.request_scope(wanted.account, wanted.region):
        balancer = load_balancing.balancer_of(wanted.public_host)
        chosen = await load_balancing.upgrade(balancer, _request(scope, wanted, b"")) if balancer else (404, b"")
    if isinstance(chosen, load_balancing.Upgrade):
        await web_socket.forward(scope, receive, send, chosen, wanted.public_host)
    else:
        await web_socket.refuse(scope, send, *chosen)


def _here(scope: Message) -> str:
    """Return host and port in the browser's URL."""
    return next(str(value, "latin-1") for name, value in scope["headers"] if name == b"host")


def _request(scope: Message, wanted: Site, body: bytes) -> load_balancing.ForwardedRequest:
    """Return a request, or the handshake of a WebSocket, as one for the public address of a site."""
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    query = scope["query_string"].decode("latin-1")
    return load_balancing.ForwardedRequest(
        method=scope.get("method", "GET"),
        path=scope["path"],
        raw_path=(scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0],
        query=query,
        parsed_query=parse_qs(query, keep_blank_values=True),
        headers=exchange.inwards(headers, _here(scope), wanted.public_host),
        body=body,
        client=(scope.get("client") or ("127.0.0.1", 0))[0],
    )


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return b"".join(parts)


async def _answer(send: Send, status: int, headers: Mapping[str, str], text: str) -> None:
    await _start(send, status, list(headers.items()))
    await send({"type": "http.response.body", "body": text.encode()})


async def _start(send: Send, status: int, headers: list[tuple[str, str]]) -> None:
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": encoded})


def _known_sites(here: str, known: Mapping[str, Site]) -> str:
    port = here.partition(":")[2]
    addresses = [f"  http://{host}{f':{port}' if port else ''}/" for host in sorted(known)]
    return "\n".join([f"No environment is deployed at {here}. These are:", *addresses, ""])
