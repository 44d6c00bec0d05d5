"""WebSockets through a load balancer: the handshake, then messages in both directions until one side closes.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html#listener-configuration
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from websockets.typing import Subprotocol

    from local_aws.ministack.load_balancing import Upgrade

    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

BAD_GATEWAY = 502
NORMAL, GOING_AWAY = 1000, 1001
"""https://datatracker.ietf.org/doc/html/rfc6455#section-7.4.1"""
NEVER_SENT = {1005, 1006, 1015}
"""Codes that say how a connection ended, and that no message may have."""

_OF_ONE_CONNECTION = {"connection", "content-length", "host", "keep-alive", "transfer-encoding", "upgrade"}


async def forward(scope: Message, receive: Receive, send: Send, upgrade: Upgrade, public_host: str) -> None:
    """Connect a client with the target that its load balancer has chosen, until one of them closes.

    The target counts as busy meanwhile, so that it is drained before it is stopped.
    """
    await receive()  # websocket.connect
    query = scope["query_string"].decode("latin-1")
    headers = [
        (name, value)
        for name, value in upgrade.headers.items()
        if name not in _OF_ONE_CONNECTION and not name.startswith("sec-websocket-")
    ]
    with upgrade.in_flight():
        try:
            target = await connect(
                f"ws://{public_host}{upgrade.raw_path}{f'?{query}' if query else ''}",
                host=upgrade.address,
                port=upgrade.port,
                additional_headers=headers,
                subprotocols=[cast("Subprotocol", name) for name in scope.get("subprotocols") or ()] or None,
                user_agent_header=None,
                proxy=None,
                compression=None,
                max_size=None,
                ping_interval=None,
            )
        except InvalidStatus as error:
            await refuse(scope, send, error.response.status_code, bytes(error.response.body or b""))
            return
        except (OSError, InvalidHandshake, TimeoutError) as error:
            text = f"Target {upgrade.address}:{upgrade.port} connect error: {error}"
            await refuse(scope, send, BAD_GATEWAY, text.encode())
            return
        await send({"type": "websocket.accept", "subprotocol": target.subprotocol})
        await _exchange(receive, send, target)


async def refuse(scope: Message, send: Send, status: int, body: bytes) -> None:
    """Answer a handshake with a status other than 101."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": NORMAL})
        return
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})


async def _exchange(receive: Receive, send: Send, target: ClientConnection) -> None:
    """Pass messages on in both directions until one side closes, and close the other one with the same code."""
    inwards = asyncio.create_task(_inwards(receive, target))
    outwards = asyncio.create_task(_outwards(send, target))
    _, pending = await asyncio.wait({inwards, outwards}, return_when=asyncio.FIRST_COMPLETED)
    if outwards in pending:
        await target.close(code=inwards.result())
    else:
        code, reason = outwards.result()
        with suppress(Exception):  # the client has closed it at the same moment
            await send({"type": "websocket.close", "code": code, "reason": reason})
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)


async def _inwards(receive: Receive, target: ClientConnection) -> int:
    """Pass the client's messages on; return the code with which it closes."""
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            code = int(message.get("code") or NORMAL)
            return GOING_AWAY if code in NEVER_SENT else code
        data = message.get("text")
        with suppress(ConnectionClosed):  # the other direction ends then, and closes the client's
            await target.send(message["bytes"] if data is None else data)


async def _outwards(send: Send, target: ClientConnection) -> tuple[int, str]:
    """Pass the target's messages on; return code and reason with which it closes, or those of one that is gone."""
    while True:
        try:
            data = await target.recv()
        except ConnectionClosed as error:
            if error.rcvd is None or error.rcvd.code in NEVER_SENT:
                return GOING_AWAY, ""
            return error.rcvd.code, error.rcvd.reason
        await send({"type": "websocket.send", "text" if isinstance(data, str) else "bytes": data})
