"""Listening sockets on the loopback addresses of this machine."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress

ANY_PORT = 0
ATTEMPTS = 20


def listen(port: int) -> list[socket.socket]:
    """Return sockets that listen on one port of 127.0.0.1 and, where the machine has it, of ::1.

    That port is ``port``, or a free one if it is taken or may not be used; ``ANY_PORT`` is a free one at
    once. A client that connects before the sockets are served waits.

    Raises:
        OSError: no port is free.
    """
    try:
        return _listen_on(port)
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
    for _ in range(ATTEMPTS):  # the port that is free on the one address may be taken on the other
        with suppress(OSError):
            return _listen_on(ANY_PORT)
    raise OSError(errno.EADDRINUSE, "no port is free on both 127.0.0.1 and ::1")


def _listen_on(port: int) -> list[socket.socket]:
    ipv4 = socket.create_server(("127.0.0.1", port))
    try:
        ipv6 = socket.create_server(("::1", ipv4.getsockname()[1]), family=socket.AF_INET6)
    except OSError as error:
        if error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:  # a machine without IPv6
            return [ipv4]
        ipv4.close()
        raise
    return [ipv4, ipv6]
