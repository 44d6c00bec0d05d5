"""Names of secrets; the other rules on variables are in tests/fixtures/environments."""

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError

Write = Callable[..., Path]


def app(secret: str) -> dict[str, str]:
    return {"dev/alpha.yaml": f"kind: ad-hoc-app\nexpires: 2026-12-01\nsecrets:\n  TOKEN: {secret}\n"}


@pytest.mark.parametrize("secret", ["shared/api-tokens", "shared/api-tokens:key", "stripe-live01"])
def test_a_name_that_ends_as_an_arn_does_is_refused(secret: str, write: Write) -> None:
    with pytest.raises(DeclarationError, match=r"alpha\.yaml:4:\d+: secrets\.TOKEN: .* rename the secret"):
        load(write(app(secret)))


@pytest.mark.parametrize("secret", ["shared/api-token", "shared/sentry:dsn", "api-tokens/live", "shared/x:api-tokens"])
def test_other_names_are_taken(secret: str, write: Write) -> None:
    load(write(app(secret)))
