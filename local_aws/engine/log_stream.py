"""Lines of a container's output, of which the engine sends both streams in one.

Each frame has a head of eight bytes: the stream, 1 or 2, three zeros, and the length of what follows.
https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Container/operation/ContainerAttach
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HEAD = struct.Struct(">BxxxL")
LONGEST_LINE = 256 * 1024  # bytes; the most that CloudWatch Logs takes for one event


def lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield the lines of both streams as they are completed, and what follows the last line break at the end."""
    begun: dict[int, bytes] = {}
    for stream, data in _frames(chunks):
        *whole, rest = (begun.get(stream, b"") + data).split(b"\n")
        for line in whole:
            yield _text(line)
        while len(rest) >= LONGEST_LINE:
            yield _text(rest[:LONGEST_LINE])
            rest = rest[LONGEST_LINE:]
        begun[stream] = rest
    yield from (_text(rest) for rest in begun.values() if rest)


def _frames(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield stream and content of each frame. A frame that the connection breaks off is left out."""
    received = b""
    for chunk in chunks:
        received += chunk
        while len(received) >= HEAD.size:
            stream, length = HEAD.unpack_from(received)
            end = HEAD.size + length
            if len(received) < end:
                break
            yield stream, received[HEAD.size : end]
            received = received[end:]


def _text(line: bytes) -> str:
    return line.decode(errors="replace").rstrip("\r")
