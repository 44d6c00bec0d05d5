"""Listening on loopback."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from local_aws.loopback import ANY_PORT, listen


def test_one_port_on_loopback_addresses() -> None:
    with ExitStack() as stack:
        addresses = [stack.enter_context(listener).getsockname() for listener in listen(ANY_PORT)]

        assert {address[0] for address in addresses} <= {"127.0.0.1", "::1"}
        assert len({address[1] for address in addresses}) == 1
        with socket.create_connection(("127.0.0.1", addresses[0][1])):
            pass


def test_port_in_use_gives_another() -> None:
    with ExitStack() as stack:
        taken = [stack.enter_context(listener) for listener in listen(ANY_PORT)]
        others = [stack.enter_context(listener) for listener in listen(taken[0].getsockname()[1])]

        ports = [{listener.getsockname()[1] for listener in listeners} for listeners in (taken, others)]
        assert ports[0].isdisjoint(ports[1])
