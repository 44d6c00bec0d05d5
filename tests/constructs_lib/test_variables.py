"""What references in `environment` become in a template."""

from dataclasses import replace
from typing import Any

import pytest

from constructs_lib.ad_hoc_app import AdHocApp
from constructs_lib.config.model import AdHocAppConfig, ProdAppConfig, ServiceConfig
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.prod_app import ProdApp
from tests.constructs_lib.resources import named, of_type, text, variables
from tests.constructs_lib.synthesis import AD_HOC_BASE, PROD_BASE, Synthesise, one_service

WEB = ServiceConfig(port=8000, paths=("/*",))
ALL = {
    "DATABASE_URL": "{database.url}",
    "POSTGIS": "postgis://{database.username}:{database.password}@{database.host}:{database.port}/{database.name}",
    "POSTGRES_SECRET": "{database.password}",
    "DJANGO_SECRET_KEY": "{secret_key}",
    "CELERY_BROKER_URL": "{cache.url}",
    "ALLOWED_HOSTS": "{host},{app.name}.{domain}",
    "SITE": "{url}/?v={app.image}",
    "BUCKET": "{bucket.name}",
    "REGION": "{bucket.region}",
    "JSON": '{"a": {"b": "{{host}}"}}',
    "EMPTY": "",
}


def ad_hoc(synthesise: Synthesise, config: AdHocAppConfig) -> dict[str, Any]:
    template = synthesise(
        lambda stack: AdHocApp(stack, "App", name=EnvironmentName("dev", "alpha"), config=config, base=AD_HOC_BASE)
    )
    return dict(template.to_json())


def production(synthesise: Synthesise, **fields: Any) -> dict[str, Any]:
    config = ProdAppConfig(owner="octocat", repository="microblog", image="v1", services={"web": WEB}, **fields)
    template = synthesise(
        lambda stack: ProdApp(stack, "App", name=EnvironmentName("prod", "app"), config=config, base=PROD_BASE)
    )
    return dict(template.to_json())


def task(template: dict[str, Any], part: str = "ServicesWeb") -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the plain variables and the secrets of a task."""
    (container,) = named(template, "AWS::ECS::TaskDefinition", part)["ContainerDefinitions"]
    return variables(container), {pair["Name"]: pair["ValueFrom"] for pair in container.get("Secrets", [])}


def composed(template: dict[str, Any], value_from: dict[str, str]) -> str:
    """Return the text of a secret that a variable refers to."""
    secret = template["Resources"][value_from["Ref"]]["Properties"]
    assert "GenerateSecretString" not in secret
    return text(secret["SecretString"])


def test_plain_references_are_plain_variables(synthesise: Synthesise) -> None:
    plain, _ = task(ad_hoc(synthesise, replace(one_service(WEB), environment=ALL)))

    assert plain["ALLOWED_HOSTS"] == "alpha.dev.example.com,alpha.dev.example.com"
    assert plain["SITE"] == "https://alpha.dev.example.com/?v=v1"
    assert plain["BUCKET"] == plain["S3_BUCKET_NAME"]
    assert plain["JSON"] == '{"a": {"b": "{host}"}}'
    assert plain["CELERY_BROKER_URL"] == plain["REDIS_URL"] == "redis://cache.alpha.dev.internal:6379/0"
    assert plain["REGION"]
    assert plain["EMPTY"] == ""


def test_secret_references_are_secrets_and_in_no_plain_variable(synthesise: Synthesise) -> None:
    template = ad_hoc(synthesise, replace(one_service(WEB), environment=ALL))
    plain, secrets = task(template)

    assert secrets["POSTGRES_SECRET"] == secrets["POSTGRES_PASSWORD"]
    assert secrets["DJANGO_SECRET_KEY"] == secrets["SECRET_KEY"]
    assert plain.keys().isdisjoint(secrets)
    assert "resolve:secretsmanager" not in text(of_type(template, "AWS::ECS::TaskDefinition"))
    assert "resolve:secretsmanager" not in text(plain)


def test_url_with_a_password_is_a_secret_that_cloudformation_makes(synthesise: Synthesise) -> None:
    template = ad_hoc(synthesise, replace(one_service(WEB), environment=ALL))
    _, secrets = task(template)
    password = secrets["POSTGRES_PASSWORD"]["Ref"]

    for name, scheme in (("DATABASE_URL", "postgresql"), ("POSTGIS", "postgis")):
        made = composed(template, secrets[name])
        assert f"{scheme}://app_alpha:{{{{resolve:secretsmanager:" in made
        assert f'{{"Ref": "{password}"}}, ":SecretString:::}}}}@"' in made
        assert '{"Ref": "BaseDatabaseHost"}, ":5432/app_alpha' in made


def test_execution_role_reads_what_was_composed_and_the_application_does_not(synthesise: Synthesise) -> None:
    template = ad_hoc(synthesise, replace(one_service(WEB), environment={"DATABASE_URL": "{database.url}"}))
    _, secrets = task(template)
    readers = {
        role["Ref"]
        for policy in of_type(template, "AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
        if secrets["DATABASE_URL"]["Ref"] in text(statement["Resource"])
        for role in policy["Roles"]
    }

    assert len(readers) == 1
    assert "ExecutionRole" in readers.pop()


def test_one_value_is_one_secret_and_another_value_another(synthesise: Synthesise) -> None:
    service = replace(WEB, environment={"SAME": "{database.url}", "OTHER": "{database.url}?sslmode=verify-full"})
    template = ad_hoc(synthesise, replace(one_service(service), environment={"DATABASE_URL": "{database.url}"}))
    _, secrets = task(template)

    assert secrets["SAME"] == secrets["DATABASE_URL"] != secrets["OTHER"]


def test_url_of_productions_cache_is_a_secret(synthesise: Synthesise) -> None:
    environment = {"CELERY_BROKER_URL": "{cache.url}", "WITH_PREFIX": "{cache.url}&prefix=a"}
    template = production(synthesise, environment=environment)
    plain, secrets = task(template)

    assert secrets["CELERY_BROKER_URL"] == secrets["REDIS_URL"]
    assert "rediss://" in composed(template, secrets["WITH_PREFIX"])
    assert plain.keys().isdisjoint(environment)
    secret = template["Resources"][secrets["WITH_PREFIX"]["Ref"]]
    assert secret["DeletionPolicy"] == "RetainExceptOnCreate"


def test_without_default_variables_there_are_those_of_the_declaration(synthesise: Synthesise) -> None:
    config = replace(
        one_service(WEB),
        default_variables=False,
        environment={"DATABASE_URL": "{database.url}", "POSTGRES_NAME": "{database.name}"},
        secrets={"TOKEN": "dev/token"},
        release_command=("python", "manage.py", "migrate"),
    )
    template = ad_hoc(synthesise, config)

    for part in ("ServicesWeb", "ReleaseTaskDefinition"):
        plain, secrets = task(template, part)
        assert plain == {"DJANGO_SETTINGS_MODULE": "config.settings", "POSTGRES_NAME": "app_alpha"}
        assert secrets.keys() == {"DATABASE_URL", "TOKEN"}
    assert "OtherTaskRole" not in text(named(template, "AWS::ECS::TaskDefinition", "ServicesWeb")["TaskRoleArn"])


@pytest.mark.parametrize(
    ("listed", "expected", "has_data"),
    [
        (None, set(), False),
        (("KEY",), {"KEY"}, False),
        (("DATABASE_URL",), {"DATABASE_URL"}, True),
    ],
)
def test_service_of_another_image_gets_the_references_that_it_lists(
    listed: tuple[str, ...] | None,
    expected: set[str],
    has_data: bool,  # noqa: FBT001 # a parameter of the test
    synthesise: Synthesise,
) -> None:
    service = replace(WEB, repository="other", secrets=listed)
    environment = {"DATABASE_URL": "{database.url}", "KEY": "{secret_key}", "HOST": "{host}"}
    template = ad_hoc(synthesise, replace(one_service(service), environment=environment))
    plain, secrets = task(template)

    assert secrets.keys() == expected
    assert plain["HOST"] == "alpha.dev.example.com"
    assert plain.keys().isdisjoint({"DATABASE_URL", "KEY"})
    role = text(named(template, "AWS::ECS::TaskDefinition", "ServicesWeb")["TaskRoleArn"])
    assert ("OtherTaskRole" not in role) == has_data


def test_ad_hoc_app_without_a_cache_has_no_trace_of_one(synthesise: Synthesise) -> None:
    template = ad_hoc(synthesise, replace(one_service(WEB), cache=False, release_command=("true",)))
    plain, secrets = task(template)

    assert len(of_type(template, "AWS::ECS::Service")) == 1
    assert not of_type(template, "AWS::ServiceDiscovery::Service")
    assert not [name for name in {**plain, **secrets} if "REDIS" in name]


def test_production_app_without_a_cache_has_no_way_to_that_of_its_base(synthesise: Synthesise) -> None:
    template = production(synthesise, cache=False)
    plain, secrets = task(template)

    assert not [name for name in {**plain, **secrets} if "REDIS" in name]
    assert "CachePassword" not in text(template["Resources"])
