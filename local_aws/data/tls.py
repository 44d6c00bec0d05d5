"""TLS of databases and caches: a certificate authority, and gateways that accept encrypted connections.

The PostgreSQL and the Valkey of the Python wheels are built without TLS. A gateway listens where clients expect such a
server, and forwards what it decrypts to the server's own port.
"""

from __future__ import annotations

import asyncio
import ssl
import struct
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import Callable, Coroutine, Mapping

    Serve = Callable[[StreamReader, StreamWriter], Coroutine[None, None, None]]

CHUNK = 64 * 1024  # bytes

# Codes of the requests with which a PostgreSQL client may begin.
# https://www.postgresql.org/docs/current/protocol-message-formats.html
SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102
HEAD = struct.Struct("!II")  # length, code


class Authority:
    """A certificate authority for databases and caches. Its certificate is in a file with those this machine trusts."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA(organization_name="embedded AWS")
        folder.mkdir(parents=True, exist_ok=True)
        self._bundle = folder / "authorities.pem"
        system = ssl.get_default_verify_paths().cafile
        trusted = Path(system).read_bytes() if system else b""
        self._bundle.write_bytes(trusted + self._authority.cert_pem.bytes())

    @property
    def variables(self) -> Mapping[str, str]:
        """The variables by which OpenSSL and libpq find the authorities to trust."""
        return {"SSL_CERT_FILE": str(self._bundle), "PGSSLROOTCERT": str(self._bundle)}

    def server_context(self, address: str) -> ssl.SSLContext:
        """Return a TLS context with a certificate for the server at an address."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(address).configure_cert(context)
        return context


class Gateways:
    """All gateways of a process, in one thread with an event loop of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True, name="tls-gateways").start()
        self._servers: dict[str, asyncio.Server] = {}

    def open_postgres(self, address: str, port: int, server_port: int, context: ssl.SSLContext) -> None:
        """Accept encrypted connections to a PostgreSQL server, and refuse others, as `rds.force_ssl` does."""

        async def serve(reader: StreamReader, writer: StreamWriter) -> None:
            head = await _postgres_head(reader, writer, context)
            if head is not None:
                await _forward(reader, writer, address, server_port, head)

        self._open(address, port, serve)

    def open_tls(self, address: str, port: int, server_port: int, context: ssl.SSLContext) -> None:
        """Accept encrypted connections to a server whose protocol has no TLS of its own."""

        async def serve(reader: StreamReader, writer: StreamWriter) -> None:
            await _forward(reader, writer, address, server_port, b"")

        self._open(address, port, serve, context)

    def close(self, address: str) -> None:
        """Accept no more connections at an address."""
        if address in self._servers:
            self._loop.call_soon_threadsafe(self._servers.pop(address).close)

    def _open(self, address: str, port: int, serve: Serve, context: ssl.SSLContext | None = None) -> None:
        async def handle(reader: StreamReader, writer: StreamWriter) -> None:
            with suppress(OSError, EOFError):
                await serve(reader, writer)
            writer.close()

        opening: Coroutine[None, None, asyncio.Server] = asyncio.start_server(handle, address, port, ssl=context)
        self._servers[address] = asyncio.run_coroutine_threadsafe(opening, self._loop).result()


async def _postgres_head(reader: StreamReader, writer: StreamWriter, context: ssl.SSLContext) -> bytes | None:
    """Negotiate encryption; return the bytes that the server has to read first, or None when the client is refused."""
    while True:
        head = await reader.readexactly(HEAD.size)
        _, code = HEAD.unpack(head)
        if code == GSS_REQUEST:
            writer.write(b"N")
        elif code == SSL_REQUEST:
            writer.write(b"S")
            await writer.drain()
            await writer.start_tls(context)
            return b""
        elif code == CANCEL_REQUEST:  # which clients never encrypt
            return head
        else:
            writer.write(_refusal("no pg_hba.conf entry for this host, no encryption"))
            await writer.drain()
            return None


def _refusal(message: str) -> bytes:
    fields = {"S": "FATAL", "V": "FATAL", "C": "28000", "M": message}
    body = b"".join(name.encode() + text.encode() + b"\0" for name, text in fields.items()) + b"\0"
    return b"E" + struct.pack("!I", len(body) + 4) + body


async def _forward(reader: StreamReader, writer: StreamWriter, address: str, port: int, head: bytes) -> None:
    server_reader, server_writer = await asyncio.open_connection(address, port)
    server_writer.write(head)
    directions = [
        asyncio.ensure_future(_copy(reader, server_writer)),
        asyncio.ensure_future(_copy(server_reader, writer)),
    ]
    await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
    for direction in directions:
        direction.cancel()
    server_writer.close()


async def _copy(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
