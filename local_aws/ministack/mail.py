"""SES's newer API, SESv2, as far as MiniStack serves it otherwise than AWS does."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from email import message_from_bytes
from typing import Any, TypeVar

from local_aws.ministack import seams
from local_aws.ministack.seams import Response

R = TypeVar("R")

PATH = "/v2/email"
SEND = f"{PATH}/outbound-emails"


Handler = Callable[[str, str, dict[str, str], bytes, dict[str, list[str]], str], Awaitable[R]]
"""Serves a request: method, path, headers, body, query parameters and the request's id."""


def gated(gate: Callable[[Handler[Response]], Handler[Response]]) -> Handler[Response | None]:
    """Return what serves SESv2 behind a gate. It answers None to requests for anything else, as MiniStack's does."""
    handle = seams.handle_mail_request.current

    async def found(  # noqa: PLR0917 - MiniStack's own signature
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]], request_id: str
    ) -> Response:
        response = await handle(method, path, headers, body, query, request_id)
        if response is None:
            raise RuntimeError("MiniStack does not know its own path of SESv2")
        return response

    serve = gate(found)

    async def gated_handle(  # noqa: PLR0917 - MiniStack's own signature
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]], request_id: str
    ) -> Response | None:
        if not path.startswith(PATH):
            return None
        return await serve(method, path, headers, body, query, request_id)

    return gated_handle


def name_senders_of_raw_messages() -> None:
    """Let a call that sends a raw message name the sender in its headers, which SES sends from then.

    MiniStack delivers no raw message without the parameter, and what a sender may do is told from parameters.
    https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html, FromEmailAddress
    """
    handle = seams.handle_mail_request.current

    async def handle_named(  # noqa: PLR0917 - MiniStack's own signature
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]], request_id: str
    ) -> Response | None:
        return await handle(method, path, headers, _named(body) if path == SEND else body, query, request_id)

    seams.handle_mail_request.replace(handle_named)


def _named(body: bytes) -> bytes:
    try:
        call: Any = json.loads(body)
        content = base64.b64decode(call["Content"]["Raw"]["Data"], validate=True)
    except (ValueError, TypeError, KeyError, binascii.Error):
        return body  # not a raw message, or none that MiniStack could read
    sender = message_from_bytes(content).get("From")
    if not sender or call.get("FromEmailAddress"):
        return body
    return json.dumps({**call, "FromEmailAddress": str(sender)}).encode()
