"""Elastic Load Balancing: target groups, requests in flight to each target, and requests through a load balancer."""

from __future__ import annotations

import fnmatch
import functools
import threading
from collections import Counter
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.ministack import seams

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    Runner = Callable[[Any, Any], Awaitable[None]]
    """Sends the body of a response, with ASGI's `send` and `receive`."""

HTTPS_PORT = 443


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetGroup:
    """The health checks and the deregistration delay of a target group. Times are in seconds."""

    arn: str
    path: str
    codes: str
    interval: float
    timeout: float
    healthy_threshold: int
    unhealthy_threshold: int
    deregistration_delay: float


def target_group(arn: str) -> TargetGroup:
    """Return a target group of the account and region of the request. Raises KeyError when there is none."""
    group = seams.target_groups[arn]
    attributes = {one["Key"]: one["Value"] for one in seams.target_group_attributes.get(arn, [])}
    return TargetGroup(
        arn=arn,
        path=group.get("HealthCheckPath") or "/",
        codes=(group.get("Matcher") or {}).get("HttpCode") or "200",
        interval=float(group.get("HealthCheckIntervalSeconds") or 30),
        timeout=float(group.get("HealthCheckTimeoutSeconds") or 5),
        healthy_threshold=int(group.get("HealthyThresholdCount") or 5),
        unhealthy_threshold=int(group.get("UnhealthyThresholdCount") or 2),
        deregistration_delay=float(attributes.get("deregistration_delay.timeout_seconds", 300)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Upgrade:
    """The target to which a load balancer forwards the handshake of a WebSocket, and the headers that it gets."""

    address: str
    port: int
    raw_path: str
    headers: Mapping[str, str]
    counter: RequestsInFlight

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Count the connection as a request that is not answered yet."""
        self.counter.add(self.address, 1)
        try:
            yield
        finally:
            self.counter.add(self.address, -1)


_upgrades: ContextVar[list[Upgrade] | None] = ContextVar("upgrades", default=None)
"""Where the target of a handshake is noted, instead of sending it a request."""

SWITCHING_PROTOCOLS = 101


class RequestsInFlight:
    """Counts, for each address, the requests that load balancers have forwarded and that are not answered yet.

    An open WebSocket is such a request.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def to(self, address: str) -> int:
        """Return the number of requests in flight to an address."""
        with self._lock:
            return self._counts[address]

    def watch(self) -> None:
        """Start counting."""
        proxy, streaming = seams.proxy_to_target.current, seams.streaming_response.type

        @functools.wraps(proxy)
        async def counted(
            target: dict[str, Any],
            group: dict[str, Any],
            method: str,
            path: str,
            headers: dict[str, str],
            *arguments: object,
        ) -> tuple[int, dict[str, Any], object]:
            address = str(target["Id"])
            if (upgrades := _upgrades.get()) is not None:
                port = int(target.get("Port") or group["Port"])
                upgrades.append(Upgrade(address=address, port=port, raw_path=path, headers=headers, counter=self))
                return SWITCHING_PROTOCOLS, {}, b""
            self.add(address, 1)
            body: object = None
            try:
                status, headers, body = await proxy(target, group, method, path, headers, *arguments)
            finally:
                if not isinstance(body, streaming):
                    self.add(address, -1)
            if isinstance(body, streaming):
                body = streaming(self._until_sent(address, body.runner))
            return status, headers, body

        seams.proxy_to_target.replace(counted)

    def _until_sent(self, address: str, runner: Runner) -> Runner:
        async def send_and_count(send: object, receive: object) -> None:
            try:
                await runner(send, receive)
            finally:
                self.add(address, -1)

        return send_and_count

    def add(self, address: str, number: int) -> None:
        """Count more requests to an address, or fewer."""
        with self._lock:
            self._counts[address] += number
            if not self._counts[address]:
                del self._counts[address]


def balancer_of(host: str) -> dict[str, Any] | None:
    """Return the load balancer with a rule for a host name, in the account and region of the request."""
    for rule in seams.listener_rules.all():
        patterns = [
            value
            for condition in rule.get("Conditions", [])
            if condition.get("Field") == "host-header"
            for value in condition.get("Values", [])
        ]
        if any(fnmatch.fnmatch(host, pattern) for pattern in patterns):
            listener = seams.listeners.get(rule["ListenerArn"])
            return seams.load_balancers.get(listener["LoadBalancerArn"]) if listener else None
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class ForwardedRequest:
    """A request of a client. ``raw_path`` and ``query`` are as they were sent."""

    method: str
    path: str
    raw_path: str
    query: str
    parsed_query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    client: str


async def request(
    balancer: dict[str, Any], sent: ForwardedRequest
) -> tuple[int, dict[str, str | list[str]], bytes | Runner]:
    """Send a request to a load balancer's HTTPS listener; return status, headers, and body, or what sends the body."""
    status, headers, content = await seams.dispatch_request(
        balancer,
        sent.method,
        sent.path,
        dict(sent.headers),
        sent.body,
        dict(sent.parsed_query),
        port=HTTPS_PORT,
        client_ip=sent.client,
        raw_query_string=sent.query,
        raw_path=sent.raw_path,
    )
    return status, dict(headers), content.runner if isinstance(content, seams.streaming_response.type) else content


async def upgrade(balancer: dict[str, Any], sent: ForwardedRequest) -> Upgrade | tuple[int, bytes]:
    """Return the target to which a load balancer forwards a handshake, or status and body of its own answer."""
    noted: list[Upgrade] = []
    token = _upgrades.set(noted)
    try:
        status, _, content = await request(balancer, sent)
    finally:
        _upgrades.reset(token)
    if noted:
        return noted[0]
    return status, content if isinstance(content, bytes) else b""
