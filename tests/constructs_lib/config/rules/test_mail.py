"""Identities of SES, which an account and region has once for a domain, and senders of other domains."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from constructs_lib.config.environments import Environments, load, read
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.naming import EnvironmentName

Write = Callable[..., Path]

OF_FRANKFURT = """\
kind: account
id: "111111111111"
region: eu-central-1
repositories: [microblog]
"""


def tree(write: Write, *, dev: str = "mail: true\n", qa: str = "", more: Mapping[str, str] | None = None) -> Path:
    """Write two bases of one domain, with more fields each, and more files."""
    base = (write() / "dev/base.yaml").read_text()
    other = base.replace("10.20", "10.21")
    return write({"dev/base.yaml": base + dev, "qa/base.yaml": other + qa, **(more or {})})


def with_variables(write: Write, variables: str, *, mail: str = "true") -> Environments:
    base = (write() / "dev/base.yaml").read_text()
    alpha = f"kind: ad-hoc-app\nexpires: 2026-12-01\n{variables}"
    return load(write({"dev/base.yaml": f"{base}mail: {mail}\n", "dev/alpha.yaml": alpha}))


def test_a_second_identity_of_a_domain_is_refused_on_its_line(write: Write) -> None:
    folder = tree(write, qa="mail: true\n")

    with pytest.raises(DeclarationError) as error:
        load(folder)

    assert str(error.value) == (
        "environments/qa/base.yaml:13:7: mail: environments/dev/base.yaml makes dev.example.com an identity of SES "
        "in this account and region already; remove `mail` here, or use a domain of its own"
    )


def test_the_first_base_is_not_stopped_by_the_second(write: Write) -> None:
    assert read(tree(write, qa="mail: true\n")).wrong.keys() == {EnvironmentName("qa", "base")}


@pytest.mark.parametrize("qa", ["", "mail: false\n"])
def test_a_base_without_mail_may_share_the_domain(qa: str, write: Write) -> None:
    assert load(tree(write, qa=qa))


def test_another_region_has_identities_of_its_own(write: Write) -> None:
    more = {"accounts/frankfurt.yaml": OF_FRANKFURT}

    assert load(tree(write, qa="mail: true\nregion: eu-central-1\n", more=more))


def test_bases_of_different_domains_have_mail_each(write: Write) -> None:
    folder = tree(write, qa="mail: true\n")
    base = folder / "qa/base.yaml"
    base.write_text(base.read_text().replace("dev.example.com", "qa.example.com"))

    assert load(folder)


@pytest.mark.parametrize(
    ("variables", "field", "domain"),
    [
        ("environment: {DEFAULT_FROM_EMAIL: shop@acme.example}", "environment.DEFAULT_FROM_EMAIL", "acme.example"),
        ("environment: {SERVER_EMAIL: Shop <shop@Acme.example>}", "environment.SERVER_EMAIL", "acme.example"),
        (
            'environment: {DJANGO_DEFAULT_FROM_EMAIL: "a@mail.{domain}"}',
            "environment.DJANGO_DEFAULT_FROM_EMAIL",
            "mail.dev.example.com",
        ),
        ('environment: {SERVER_EMAIL: "a@{host}"}', "environment.SERVER_EMAIL", "alpha.dev.example.com"),
        (
            "services: {web: {environment: {DEFAULT_FROM_EMAIL: shop@example.com}}}",
            "services.web.environment.DEFAULT_FROM_EMAIL",
            "example.com",
        ),
    ],
)
def test_a_sender_of_another_domain_is_a_warning_on_its_line(
    variables: str, field: str, domain: str, write: Write
) -> None:
    (warning,) = with_variables(write, variables).warnings

    assert (warning.path, warning.line, warning.field) == ("environments/dev/alpha.yaml", 3, field)
    assert warning.message == (
        f"SES sends no mail from {domain}, only from addresses at dev.example.com, the base's domain; use one, or "
        "leave it out"
    )


@pytest.mark.parametrize(
    "variables",
    [
        "environment: {DEFAULT_FROM_EMAIL: Shop <shop@dev.example.com>}",
        'environment: {DJANGO_SERVER_EMAIL: "errors@{domain}"}',
        'environment: {DEFAULT_FROM_EMAIL: "shop@{app.name}.example"}',
        "environment: {DEFAULT_FROM_EMAIL: ''}",
        "environment: {SUPPORT_EMAIL: shop@acme.example}",
        "",
    ],
)
def test_another_variable_or_a_sender_of_the_domain_is_fine(variables: str, write: Write) -> None:
    assert with_variables(write, variables).warnings == ()


def test_a_base_without_mail_says_nothing_about_senders(write: Write) -> None:
    assert with_variables(write, "environment: {DEFAULT_FROM_EMAIL: shop@acme.example}", mail="false").warnings == ()
