"""The host of a cache, which only a cache without TLS can be reached by; the other rules are in tests/fixtures."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError

Write = Callable[..., Path]

BY_HOST = 'environment: {BROKER: "redis://{cache.host}:{cache.port}/1"}\n'
SERVICES = "repository: microblog\nservices: {web: {port: 8000, paths: ['/*']}}\n"


def production(cache: str) -> Mapping[str, str]:
    return {
        "prod/base.yaml": "kind: prod-base\naccount: main\ndomain: example.com\nhosted_zone_id: Z0123456789ABCDEFGHIJ\n"
        f"network: {{cidr: 10.40.0.0/16}}\n{cache}",
        "prod/app.yaml": f"kind: prod-app\nowner: octocat\nimage: v1\n{BY_HOST}{SERVICES}",
    }


@pytest.mark.parametrize("cache", ["", "cache: {replicas: 2}\n", "cache: {tls: true}\n"])
def test_host_of_a_cache_with_tls_is_refused(cache: str, write: Write) -> None:
    with pytest.raises(
        DeclarationError, match=r"prod/app\.yaml:4:\d+: environment\.BROKER: {cache\.host} is for ad hoc"
    ):
        load(write(production(cache)))


def test_host_of_a_cache_without_tls_is_taken(write: Write) -> None:
    load(write(production("cache: {tls: false}\n")))
