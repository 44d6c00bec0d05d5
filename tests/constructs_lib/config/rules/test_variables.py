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


@pytest.mark.parametrize("secret", ["dev/api-token", "dev/sentry:dsn", "dev/api-tokens/live", "dev/x:api-tokens"])
def test_other_names_are_taken(secret: str, write: Write) -> None:
    load(write(app(secret)))


@pytest.mark.parametrize(
    "secret",
    [
        "prod/stripe",
        "prod-app/stripe:key",
        "shared/sentry",
        "dev",
        "devops/key",
        "DEV/key",
        "/dev/key",
        "stripe-dev/key",
    ],
)
def test_a_secret_of_others_is_refused(secret: str, write: Write) -> None:
    allowed = "is not a secret for apps on dev/base, whose names begin with dev/; .* secret_prefixes of .*dev/base.yaml"
    with pytest.raises(
        DeclarationError, match=rf"alpha\.yaml:4:\d+: secrets\.TOKEN: {secret.partition(':')[0]} {allowed}"
    ):
        load(write(app(secret)))


def test_a_base_says_which_secrets_its_apps_may_name(write: Write) -> None:
    base = (write() / "dev/base.yaml").read_text() + "secret_prefixes: [shared/, team/dev/]\n"

    for secret in ("shared/sentry:dsn", "team/dev/key"):
        load(write({**app(secret), "dev/base.yaml": base}))
    for secret in ("dev/key", "team/key"):
        with pytest.raises(DeclarationError, match="whose names begin with shared/ or team/dev/; "):
            load(write({**app(secret), "dev/base.yaml": base}))


def test_defaults_of_a_base_are_limited_too(write: Write) -> None:
    base = (write() / "dev/base.yaml").read_text() + "  secrets: {TOKEN: prod/stripe}\n"

    with pytest.raises(DeclarationError, match=r"base\.yaml:\d+:\d+: app_defaults\.secrets\.TOKEN: prod/stripe is not"):
        load(write({"dev/base.yaml": base}))


@pytest.mark.parametrize("listed", ["[]", "[SECRET_KEY]", "[POSTGRES_PASSWORD, REDIS_URL]", "[TOKEN]"])
def test_services_list_secrets_of_the_contract_and_of_their_app(listed: str, write: Write) -> None:
    load(write(with_service(listed)))


@pytest.mark.parametrize(
    ("listed", "column"), [("[SECRET]", 19), ("[SECRET_KEY, TOKENS]", 31), ("[S3_BUCKET_NAME]", 19)]
)
def test_service_that_lists_another_variable_is_refused_on_its_place(listed: str, column: int, write: Write) -> None:
    known = "POSTGRES_PASSWORD, REDIS_URL, SECRET_KEY, TOKEN"
    message = (
        rf"alpha\.yaml:6:{column}: services\.web\.secrets\[\d\]: "
        rf"\w+ is not a secret of this app, which has {known};"
    )
    with pytest.raises(DeclarationError, match=message):
        load(write(with_service(listed)))


def with_service(listed: str) -> dict[str, str]:
    file = app("dev/token")["dev/alpha.yaml"]
    return {"dev/alpha.yaml": f"{file}services:\n  web: {{secrets: {listed}}}\n"}
