from pathlib import Path

import pytest

from constructs_lib.config.environments import AccountRegion, Environments, load
from gitops.deploy.preflight.references import Certificate, HostedZone, Image, Reference, Secret, collect
from tests.gitops.checkouts import CommandLine

HERE = AccountRegion("111111111111", "us-east-1")
CERTIFICATE = "arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-1234-1234-123456789012"
ZONE = HostedZone(HERE, "Z0123456789ABCDEFGHIJ", "dev.example.com")


@pytest.fixture
def declarations(bare_checkout: CommandLine) -> CommandLine:
    bare_checkout.account(HERE.account)
    bare_checkout.base("dev")
    bare_checkout.app("dev/alpha", image="v7")
    return bare_checkout


def add(declarations: CommandLine, name: str, text: str) -> None:
    file = declarations.root / "environments" / f"{name}.yaml"
    file.write_text(file.read_text() + text)


def collected(declarations: CommandLine, name: str) -> list[Reference]:
    environments = loaded(declarations.root)
    return list(collect(environment for environment in environments if str(environment.name) == name))


def loaded(root: Path) -> Environments:
    return load(root / "environments")


def test_a_base_refers_to_its_hosted_zone(declarations: CommandLine) -> None:
    assert collected(declarations, "dev/base") == [ZONE]


def test_an_app_refers_to_the_images_of_all_its_services_each_once(declarations: CommandLine) -> None:
    services = """\
services:
  frontend: {repository: microblog-frontend, port: 3000, paths: ["/app/*"]}
  worker: {}
architecture: x86_64
"""
    add(declarations, "dev/alpha", services)

    assert collected(declarations, "dev/alpha") == [
        ZONE,
        Image(HERE, "microblog", "v7", "x86_64"),
        Image(HERE, "microblog-frontend", "v7", "x86_64"),
    ]


def test_the_release_command_needs_the_application_s_own_image(declarations: CommandLine) -> None:
    services = "services: {web: {repository: microblog-web}}\nrelease_command: [migrate]\n"
    add(declarations, "dev/alpha", services)

    assert Image(HERE, "microblog", "v7", "arm64") in collected(declarations, "dev/alpha")


def test_secrets_are_told_from_their_keys(declarations: CommandLine) -> None:
    add(declarations, "dev/alpha", "secrets: {SENTRY_DSN: shared/sentry:dsn, TOKEN: shared/token}\n")

    secrets = [reference for reference in collected(declarations, "dev/alpha") if isinstance(reference, Secret)]

    assert secrets == [Secret(HERE, "shared/sentry", "dsn"), Secret(HERE, "shared/token", "")]


def test_a_given_certificate_has_to_cover_the_hosts(declarations: CommandLine) -> None:
    add(declarations, "dev/base", f"certificate_arn: {CERTIFICATE}\n")

    assert Certificate(HERE, CERTIFICATE, "alpha.dev.example.com") in collected(declarations, "dev/alpha")
    assert Certificate(HERE, CERTIFICATE, "*.dev.example.com") in collected(declarations, "dev/base")


def test_what_several_environments_refer_to_is_there_once_with_all_of_them(declarations: CommandLine) -> None:
    declarations.app("dev/beta", image="v7")

    references = collect(loaded(declarations.root))

    assert list(map(str, references[Image(HERE, "microblog", "v7", "arm64")])) == ["dev/alpha", "dev/beta"]
    assert list(map(str, references[ZONE])) == ["dev/base", "dev/alpha", "dev/beta"]


def test_an_account_refers_to_nothing(bare_checkout: CommandLine) -> None:
    bare_checkout.account(HERE.account)

    assert collect(loaded(bare_checkout.root)) == {}
