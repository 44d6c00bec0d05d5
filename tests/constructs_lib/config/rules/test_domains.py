"""Domains and hosts that are too long; the other rules on domains are in tests/fixtures/environments."""

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.naming import NAME_PATTERN
from constructs_lib.config.schema import schema

Write = Callable[..., Path]

LONGEST_NAME = 21
CERTIFICATE = "certificate_arn: arn:aws:acm:us-east-1:111111111111:certificate/1\n"


def domain(length: int) -> str:
    """Return a domain of `length` characters, whose labels have 30 at most."""
    name = "example.com"
    while len(name) < length:
        name = f"{'d' * min(30, length - len(name) - 1)}.{name}"
    assert len(name) == length
    return name


def on(write: Write, name: str, more: str = "") -> Path:
    base = (write() / "dev/base.yaml").read_text().replace("dev.example.com", name)
    return write({"dev/base.yaml": base + more})


def test_a_certificate_can_be_issued_for_64_characters(write: Write) -> None:
    assert load(on(write, domain(64)))
    with pytest.raises(DeclarationError, match=r"base\.yaml:3:9: domain: has 65 characters, and ACM issues .* most 64"):
        load(on(write, domain(65)))


def test_a_certificate_of_its_own_lets_a_domain_be_longer(write: Write) -> None:
    assert load(on(write, domain(65), CERTIFICATE))


def test_every_host_fits_a_condition_of_a_listener_rule() -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html, host-header"""
    parts = schema()["$defs"]

    assert parts["prodApp"]["properties"]["hostname"]["maxLength"] == 128
    assert len(f"{'a' * LONGEST_NAME}.") + parts["domain"]["maxLength"] == 128
    assert NAME_PATTERN.fullmatch("a" * LONGEST_NAME)
    assert not NAME_PATTERN.fullmatch("a" * (LONGEST_NAME + 1))


@pytest.mark.parametrize("length", [63, 64])
def test_a_label_has_63_characters(length: int, write: Write) -> None:
    folder = on(write, f"{'d' * length}.example.com", CERTIFICATE)

    if length == 63:
        assert load(folder)
    else:
        with pytest.raises(DeclarationError, match="domain: must be a domain in lowercase"):
            load(folder)
