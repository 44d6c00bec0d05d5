"""Loopback: listening sockets for the server, and an address for each task and each database.

Linux answers on every address of 127.0.0.0/8 without configuration. With an address of its own, each task and each
server has the port that it is declared with. Addresses are drawn at random and tried, so that several embedded AWSs on
one machine do not collide.
"""

from __future__ import annotations

import errno
import random
import socket
from contextlib import suppress

ANY_PORT = 0
PORT_ATTEMPTS = 20
ADDRESS_ATTEMPTS = 50


def listen(port: int) -> list[socket.socket]:
    """Return sockets that listen on one port of 127.0.0.1 and, where the machine has it, of ::1.

    The port is ``port``, or a free one when ``port`` is taken, not permitted, or ``ANY_PORT``. A client that connects
    before the sockets are served waits.

    Raises:
        OSError: no port is free.
    """
    try:
        return _listen_on(port)
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
    for _ in range(PORT_ATTEMPTS):  # a port that is free on one address may be taken on the other
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


def free_address(*ports: int) -> str:
    """Return a loopback address on which these ports are free.

    Raises:
        OSError: none was found; the machine may have no loopback addresses but 127.0.0.1.
    """
    draw = random.SystemRandom()
    for _ in range(ADDRESS_ATTEMPTS):
        # Addresses below 127.16 are those that people and distributions choose, such as 127.0.1.1.
        address = f"127.{draw.randint(16, 254)}.{draw.randint(1, 254)}.{draw.randint(1, 254)}"
        with suppress(OSError):
            for port in ports or (0,):
                with socket.create_server((address, port)):
                    pass
            return address
    raise OSError("no free loopback address was found for a task; tasks as processes need Linux")
