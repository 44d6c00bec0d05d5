"""The cache of a production base, and how its password reaches applications."""

from typing import Any

from tests.constructs_lib.resources import container, named, text, the_only

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
