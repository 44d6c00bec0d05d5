"""The identity of SES that a base with `mail` has, and the sender that its apps get."""

from dataclasses import replace
from typing import Any

import pytest

from constructs_lib.ad_hoc_app import AdHocApp
from constructs_lib.ad_hoc_base import AdHocBase
from constructs_lib.config.model import ProdAppConfig, ServiceConfig
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.prod_app import ProdApp
from constructs_lib.prod_base import ProdBase
from tests.constructs_lib.resources import named, of_type, the_only, variables
from tests.constructs_lib.synthesis import AD_HOC_BASE, DEV, PROD_BASE, Synthesise, one_service

IDENTITY, RECORD = "AWS::SES::EmailIdentity", "AWS::Route53::RecordSet"
KINDS = ("ad-hoc", "production")
WEB = ServiceConfig(port=8000, paths=("/*",))
FIELDS: dict[str, Any] = {"owner": "octocat", "repository": "microblog", "image": "v1", "services": {"web": WEB}}


def base(synthesise: Synthesise, kind: str, *, mail: bool) -> dict[str, Any]:
    if kind == "ad-hoc":
        config = replace(AD_HOC_BASE, mail=mail)
        return dict(synthesise(lambda stack: AdHocBase(stack, "Base", name=DEV, config=config)).to_json())
    name, production = EnvironmentName("prod", "base"), replace(PROD_BASE, mail=mail)
    return dict(synthesise(lambda stack: ProdBase(stack, "Base", name=name, config=production)).to_json())


def container(synthesise: Synthesise, kind: str, *, mail: bool = True, **fields: Any) -> dict[str, Any]:
    """Return the container of a web service on a base of a kind."""
    if kind == "ad-hoc":
        config, name = replace(one_service(WEB), **fields), EnvironmentName("dev", "alpha")
        template = synthesise(
            lambda stack: AdHocApp(stack, "App", name=name, config=config, base=replace(AD_HOC_BASE, mail=mail))
        )
    else:
        production, name = ProdAppConfig(**{**FIELDS, **fields}), EnvironmentName("prod", "app")
        template = synthesise(
            lambda stack: ProdApp(stack, "App", name=name, config=production, base=replace(PROD_BASE, mail=mail))
        )
    (found,) = named(dict(template.to_json()), "AWS::ECS::TaskDefinition", "ServicesWeb")["ContainerDefinitions"]
    return dict(found)


@pytest.mark.parametrize(
    ("kind", "domain", "zone"),
    [
        ("ad-hoc", "dev.example.com", AD_HOC_BASE.hosted_zone_id),
        ("production", "example.com", PROD_BASE.hosted_zone_id),
    ],
)
def test_a_base_with_mail_verifies_its_domain_by_three_records(
    kind: str, domain: str, zone: str, synthesise: Synthesise
) -> None:
    template = base(synthesise, kind, mail=True)
    (logical_id,) = (name for name, one in template["Resources"].items() if one["Type"] == IDENTITY)
    records = of_type(template, RECORD)

    assert the_only(template, IDENTITY)["EmailIdentity"] == domain
    assert [(one["Type"], one["HostedZoneId"]) for one in records] == [("CNAME", zone)] * 3
    for number in (1, 2, 3):
        (record,) = (
            one
            for one in records
            if one["ResourceRecords"] == [{"Fn::GetAtt": [logical_id, f"DkimDNSTokenValue{number}"]}]
        )
        assert record["Name"] == {"Fn::GetAtt": [logical_id, f"DkimDNSTokenName{number}"]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_base_without_mail_has_no_identity_and_no_record(kind: str, synthesise: Synthesise) -> None:
    template = base(synthesise, kind, mail=False)

    assert not of_type(template, IDENTITY)
    assert not of_type(template, RECORD)


@pytest.mark.parametrize(("kind", "domain"), [("ad-hoc", "dev.example.com"), ("production", "example.com")])
def test_apps_of_a_base_with_mail_get_a_sender(kind: str, domain: str, synthesise: Synthesise) -> None:
    assert variables(container(synthesise, kind))["DEFAULT_FROM_EMAIL"] == f"noreply@{domain}"
    assert "DEFAULT_FROM_EMAIL" not in variables(container(synthesise, kind, mail=False))


def test_a_sender_of_the_declaration_wins(synthesise: Synthesise) -> None:
    own = {"DEFAULT_FROM_EMAIL": "Shop <shop@{domain}>"}
    service = replace(WEB, environment={"DEFAULT_FROM_EMAIL": "api@{domain}"})

    assert variables(container(synthesise, "ad-hoc", environment=own))["DEFAULT_FROM_EMAIL"] == (
        "Shop <shop@dev.example.com>"
    )
    found = container(synthesise, "ad-hoc", environment=own, services={"web": service})
    assert variables(found)["DEFAULT_FROM_EMAIL"] == "api@dev.example.com"


@pytest.mark.parametrize(
    "fields",
    [
        {"secrets": {"DEFAULT_FROM_EMAIL": "dev/sender"}},
        {"environment": {"DEFAULT_FROM_EMAIL": "{secret_key}@{domain}"}},
    ],
)
def test_a_sender_that_is_a_secret_is_no_plain_variable_beside_it(
    fields: dict[str, Any], synthesise: Synthesise
) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html: ECS refuses both."""
    found = container(synthesise, "ad-hoc", **fields)

    assert "DEFAULT_FROM_EMAIL" not in variables(found)
    assert "DEFAULT_FROM_EMAIL" in {one["Name"] for one in found["Secrets"]}


def test_without_default_variables_there_is_no_sender(synthesise: Synthesise) -> None:
    assert "DEFAULT_FROM_EMAIL" not in variables(container(synthesise, "ad-hoc", default_variables=False))
