"""Rules on the address that the command of a web service binds. The image may set another, so they warn."""

from collections.abc import Iterator

from constructs_lib.config.bound_address import bound_addresses
from constructs_lib.config.errors import Problem
from constructs_lib.config.rules.declarations import Declarations

_HOST_OF_UVICORN = "UVICORN_HOST"
"""https://www.uvicorn.org/settings/: its options may be variables."""


def commands_bind_the_port(declarations: Declarations) -> Iterator[Problem]:
    """The port in a web service's command is its `port`, where the load balancer asks; another is a warning."""
    for app, name, service in declarations.services:
        if service.port is None:
            continue
        bound = [address for address in bound_addresses(service.command) if address.port is not None]
        if bound and all(address.port != service.port for address in bound):
            message = (
                f"binds port {bound[0].port}, but the load balancer sends requests to `port`, {service.port}; "
                "use the same in both"
            )
            yield app.problem(("services", name, "command", bound[0].position), message, "warning")


def commands_bind_a_reachable_address(declarations: Declarations) -> Iterator[Problem]:
    """A web service's command does not bind 127.0.0.1, which no load balancer reaches; that is a warning."""
    for app, config in declarations.apps:
        for name, service in config.services.items():
            if service.port is None or _HOST_OF_UVICORN in {*config.environment, *service.environment}:
                continue
            bound = [address for address in bound_addresses(service.command) if address.host is not None]
            if bound and all(address.is_loopback for address in bound):
                message = f"binds {bound[0].host}, which the load balancer cannot reach; bind 0.0.0.0"
                yield app.problem(("services", name, "command", bound[0].position), message, "warning")
