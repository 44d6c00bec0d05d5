"""The listener rules of an application: for the checks before a deployment and the constructs in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from constructs_lib.config.model import ServiceConfig
from constructs_lib.config.naming import EnvironmentName, listener_priority

CATCH_ALL = "/*"

PATHS_PER_RULE = 4
"""A listener rule takes five condition values, and the host name is one of them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
"""


@dataclass(frozen=True, slots=True)
class ListenerRule:
    """One rule: requests for the application's host and one of `paths` go to a service."""

    priority: int
    paths: tuple[str, ...]


def host(name: EnvironmentName, domain: str, hostname: str | None = None) -> str:
    """Return the host name at which an application answers, on a base whose domain is `domain`."""
    return hostname or f"{name.file}.{domain}"


def listener_rules(name: EnvironmentName, service: str, config: ServiceConfig) -> Iterator[ListenerRule]:
    """Yield the listener rules of one service, as many as its paths need."""
    catch_all = CATCH_ALL in config.paths
    for index, start in enumerate(range(0, len(config.paths), PATHS_PER_RULE)):
        paths = config.paths[start : start + PATHS_PER_RULE]
        yield ListenerRule(listener_priority(name, service, index, catch_all=catch_all), paths)
