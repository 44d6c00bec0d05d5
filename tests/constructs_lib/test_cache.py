"""The cache of a production base, and how its password reaches applications."""

from dataclasses import replace
from typing import Any

import pytest

from constructs_lib.config.model import ProdAppConfig, ProdCacheConfig, ServiceConfig
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.prod_app import ProdApp
from constructs_lib.prod_base import ProdBase
from gitops.templates import replacement
from tests.constructs_lib.resources import container, named, of_type, text, the_only, variables
from tests.constructs_lib.synthesis import PROD_BASE, Synthesise

GROUP = "AWS::ElastiCache::ReplicationGroup"


def test_production_asks_for_a_password_that_is_in_no_template(templates: dict[str, Any]) -> None:
    template = templates["prod-base"]
    secret = next(name for name in template["Resources"] if name.startswith("ProdBaseCachePassword"))
    user = the_only(template, "AWS::ElastiCache::User")
    reference = ["{{resolve:secretsmanager:", {"Ref": secret}, ":SecretString:::}}"]
    assert user["Passwords"] == [{"Fn::Join": ["", reference]}]
    generated = template["Resources"][secret]["Properties"]
    assert "SecretString" not in generated
    assert generated["GenerateSecretString"]["ExcludePunctuation"] is True
    assert user["AccessString"] == "on ~* &* +@all -@admin"


def test_nobody_comes_in_but_that_user(templates: dict[str, Any]) -> None:
    template = templates["prod-base"]
    users = the_only(template, "AWS::ElastiCache::UserGroup")
    assert [template["Resources"][user["Ref"]]["Type"] for user in users["UserIds"]] == ["AWS::ElastiCache::User"]
    group = the_only(template, GROUP)
    assert [template["Resources"][g["Ref"]]["Type"] for g in group["UserGroupIds"]] == ["AWS::ElastiCache::UserGroup"]
    assert group["TransitEncryptionEnabled"] is True


def test_user_and_group_of_a_stack_made_again_have_other_ids(templates: dict[str, Any]) -> None:
    template = templates["prod-base"]
    part_of_stack_id = {
        "Fn::Select": [0, {"Fn::Split": ["-", {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}]}]
    }
    user = the_only(template, "AWS::ElastiCache::User")["UserId"]
    group = the_only(template, "AWS::ElastiCache::UserGroup")["UserGroupId"]
    assert user == {"Fn::Join": ["", ["prod-", part_of_stack_id]]}
    assert group == {"Fn::Join": ["", ["prod-", part_of_stack_id, "-users"]]}


def test_production_keeps_the_cache(templates: dict[str, Any]) -> None:
    (group,) = (r for r in templates["prod-base"]["Resources"].values() if r["Type"] == GROUP)
    assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_url_of_a_production_app_is_a_secret_that_refers_to_the_password(templates: dict[str, Any]) -> None:
    template = templates["prod-app"]
    secret = named(template, "AWS::SecretsManager::Secret", "CacheUrl")
    parts = secret["SecretString"]["Fn::Join"][1]

    assert parts[:3] == [
        "rediss://application:{{resolve:secretsmanager:",
        {"Ref": "BaseCachePasswordSecretArn"},
        ":SecretString:::}}@",
    ]
    assert parts[3] == {"Ref": "BaseCacheHost"}
    assert parts[4] == ":6379/0?ssl_cert_reqs=required"
    web = {secret["Name"]: secret["ValueFrom"] for secret in container(template, "ServicesWeb")["Secrets"]}
    assert "CacheUrl" in text(web["REDIS_URL"])


PLAIN = replace(PROD_BASE, cache=ProdCacheConfig(tls=False))


@pytest.fixture
def plain_base(synthesise: Synthesise) -> dict[str, Any]:
    name = EnvironmentName("prod", "base")
    return dict(synthesise(lambda stack: ProdBase(stack, "ProdBase", name=name, config=PLAIN)).to_json())


def test_cache_without_tls_has_neither_users_nor_password_and_lets_in_the_same_tasks_alone(
    plain_base: dict[str, Any], templates: dict[str, Any]
) -> None:
    group = the_only(plain_base, GROUP)
    assert group["TransitEncryptionEnabled"] is False
    assert group["AtRestEncryptionEnabled"] is True
    assert "UserGroupIds" not in group
    for kind in ("User", "UserGroup"):
        assert not of_type(plain_base, f"AWS::ElastiCache::{kind}")
    assert "CachePassword" not in str(list(plain_base["Resources"]))
    with_tls = templates["prod-base"]
    assert group["SecurityGroupIds"] == the_only(with_tls, GROUP)["SecurityGroupIds"]
    (rule,) = rules_of_cache(plain_base)
    assert rule == rules_of_cache(with_tls)[0]


def rules_of_cache(template: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in of_type(template, "AWS::EC2::SecurityGroupIngress") if "Cache" in text(one["GroupId"])]


def test_cache_without_tls_is_another_one_which_is_kept_too(
    plain_base: dict[str, Any], templates: dict[str, Any]
) -> None:
    (plain,) = (name for name, one in plain_base["Resources"].items() if one["Type"] == GROUP)
    assert plain not in templates["prod-base"]["Resources"]
    kept = plain_base["Resources"][plain]
    assert (kept["DeletionPolicy"], kept["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    gone = {one.type: one.cause for one in replacement.find(templates["prod-base"], plain_base)}
    assert gone[GROUP] == "is no longer in the template"


def test_app_connects_to_a_cache_without_tls_by_its_host_and_by_a_plain_url(synthesise: Synthesise) -> None:
    web = ServiceConfig(port=8000, paths=("/*",))
    config = ProdAppConfig(owner="octocat", repository="microblog", image="v1", services={"web": web})
    template = dict(
        synthesise(
            lambda stack: ProdApp(stack, "App", name=EnvironmentName("prod", "app"), config=config, base=PLAIN)
        ).to_json()
    )

    assert variables(container(template, "ServicesWeb"))["REDIS_SERVICE_HOST"] == {"Ref": "BaseCacheHost"}
    secret = named(template, "AWS::SecretsManager::Secret", "CacheUrl")["SecretString"]
    assert secret == {"Fn::Join": ["", ["redis://", {"Ref": "BaseCacheHost"}, ":6379/0"]]}
    assert "BaseCachePasswordSecretArn" not in template["Parameters"]
