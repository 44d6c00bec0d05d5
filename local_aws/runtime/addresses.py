"""Loopback addresses: one for each task and each server, so that all of them can have the port they are declared with.

Linux answers on every address of 127.0.0.0/8 without being told about it. Addresses are drawn at random and tried, so
that several embedded AWSs on one machine do not get in each other's way.
"""

from __future__ import annotations

import random
import socket
from contextlib import suppress

ATTEMPTS = 50


def free_address(*ports: int) -> str:
    """Return a loopback address on which nobody listens on these ports.

    Raises:
        OSError: none was found; the machine may have no loopback addresses but 127.0.0.1.
    """
    draw = random.SystemRandom()
    for _ in range(ATTEMPTS):
        # Below 127.16 live the addresses that people and distributions choose, such as 127.0.1.1.
        address = f"127.{draw.randint(16, 254)}.{draw.randint(1, 254)}.{draw.randint(1, 254)}"
        with suppress(OSError):
            for port in ports or (0,):
                with socket.create_server((address, port)):
                    pass
            return address
    raise OSError("no loopback address is free on which a task could listen; tasks as processes need Linux")
