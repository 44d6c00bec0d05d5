"""Rules on the address blocks of bases."""

import ipaddress
from collections.abc import Iterator

from constructs_lib.config.environment import AccountRegion, Environment
from constructs_lib.config.errors import Problem
from constructs_lib.config.model import AdHocBaseConfig
from constructs_lib.config.rules.declarations import Declarations

PRIVATE_BLOCKS = tuple(ipaddress.IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
"""RFC 1918, which AWS recommends: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"""

LARGEST_PREFIX, SMALLEST_PREFIX = 16, 22
"""A VPC has at most a /16; less than a /22 leaves too few addresses for tasks in each subnet."""

_FIELD = ("network", "cidr")
_COUNT = ("network", "availability_zones")
_ALLOWED = ("network", "allowed_cidrs")


def blocks_are_usable(declarations: Declarations) -> Iterator[Problem]:
    """A block is a network address in a private range, of a size that a VPC can have and its subnets need."""
    for base, config in declarations.bases:
        if message := _unusable(config.network.cidr):
            yield base.problem(_FIELD, f"{config.network.cidr} {message}")


def allowed_blocks_are_networks(declarations: Declarations) -> Iterator[Problem]:
    """A block of clients is the address of a network, as EC2 wants it."""
    for base, config in declarations.bases:
        if not isinstance(config, AdHocBaseConfig):
            continue
        for index, block in enumerate(config.network.allowed_cidrs):
            network = _parsed(block)
            if network is None:
                yield base.problem((*_ALLOWED, index), f"{block} is not an IPv4 block")
            elif str(network) != block:
                message = f"{block} is not the address of a network; that would be {network}"
                yield base.problem((*_ALLOWED, index), message)


def blocks_do_not_overlap(declarations: Declarations) -> Iterator[Problem]:
    """Networks of one account and region can be connected later only if no address is in two of them."""
    placed: dict[AccountRegion, list[tuple[ipaddress.IPv4Network, Environment]]] = {}
    for base, config in declarations.bases:
        network = _parsed(config.network.cidr)
        if not base.account_id or network is None or _unusable(config.network.cidr):
            continue
        there = placed.setdefault(base.place, [])
        other = next((member for member in there if network.overlaps(member[0])), None)
        if other:
            message = f"{network} overlaps {other[0]} of {other[1].source.path}, in the same account and region"
            yield base.problem(_FIELD, f"{message}; choose another block")
        there.append((network, base))


def zones_are_counted_once(declarations: Declarations) -> Iterator[Problem]:
    """Either the zones are named, which says how many there are, or they are counted."""
    for base, config in declarations.bases:
        if config.network.zones and base.says(_COUNT):
            yield base.problem(_COUNT, "network.zones says how many zones are in use; remove one of the two")


def _parsed(cidr: str) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(cidr, strict=False)
    except ValueError:
        return None


def _unusable(cidr: str) -> str | None:
    network = _parsed(cidr)
    if network is None:
        return "is not an IPv4 block"
    if str(network) != cidr:
        return f"is not the address of a network; that would be {network}"
    if not any(network.subnet_of(block) for block in PRIVATE_BLOCKS):
        return f"is not in a private range: {', '.join(map(str, PRIVATE_BLOCKS))}"
    if not LARGEST_PREFIX <= network.prefixlen <= SMALLEST_PREFIX:
        return f"must be of a size from /{LARGEST_PREFIX} to /{SMALLEST_PREFIX}"
    return None
