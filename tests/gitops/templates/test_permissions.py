from typing import Any

import pytest

from gitops.templates.differences import Grant
from gitops.templates.permissions import widened

TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}
BOUNDARY = "arn:aws:iam::111111111111:policy/boundary"


def role(**properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": TRUST, "PermissionsBoundary": BOUNDARY, **properties},
    }


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::Policy",
        "Properties": {"PolicyDocument": {"Statement": list(statements)}, "Roles": [{"Ref": "Role"}]},
    }


def allow(action: Any, resource: Any = "*", **other: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **other}


def deny(action: Any, resource: Any = "*") -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource}


def template(**resources: Any) -> dict[str, Any]:
    return {"Resources": {"Role": role(), **resources}}


def grants(old: dict[str, Any], new: dict[str, Any]) -> list[Grant]:
    return widened(template(**old), template(**new))


def after(*statements: dict[str, Any], before: tuple[dict[str, Any], ...] = ()) -> list[Grant]:
    return grants({"Policy": policy(*before)}, {"Policy": policy(*statements)})


def test_the_same_allows_nothing_new() -> None:
    assert after(allow("s3:GetObject"), before=(allow("s3:GetObject"),)) == []


def test_an_action_on_a_resource_is_told_with_who_may() -> None:
    assert after(allow(["s3:PutObject", "s3:GetObject"], {"Fn::GetAtt": ["Bucket", "Arn"]})) == [
        Grant(kind="policy", who="Role", what="s3:GetObject, s3:PutObject", on="${Bucket.Arn}")
    ]


def test_only_what_is_new_of_a_statement_is_told() -> None:
    before = allow(["s3:GetObject"], ["a", "b"])

    assert after(allow(["s3:GetObject", "s3:PutObject"], ["a", "b", "c"]), before=(before,)) == [
        Grant(kind="policy", who="Role", what="s3:GetObject", on="c"),
        Grant(kind="policy", who="Role", what="s3:PutObject", on="a, b, c"),
    ]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (allow("s3:*"), allow("s3:GetObject", "arn:aws:s3:::bucket/*")),
        (allow("S3:get*"), allow("s3:GetObject")),
        (allow("s3:GetObject", "arn:aws:s3:::*"), allow("s3:GetObject", "arn:aws:s3:::bucket/*")),
        (allow("s3:GetObject"), allow("s3:GetObject", Condition={"Bool": {"aws:SecureTransport": "true"}})),
    ],
)
def test_less_than_before_is_nothing_new(before: dict[str, Any], now: dict[str, Any]) -> None:
    assert after(now, before=(before,)) == []
    assert after(before, before=(now,)) != [], "and the other way round it is"


def test_a_condition_that_goes_is_new_and_one_that_stays_is_told() -> None:
    condition = {"StringEquals": {"aws:ResourceAccount": "111111111111"}}

    (grant,) = after(allow("s3:GetObject", Condition=condition))

    assert grant.when == '{"StringEquals":{"aws:ResourceAccount":"111111111111"}}'


def test_everything_but_something_is_told_as_such() -> None:
    statement = {"Effect": "Allow", "NotAction": ["iam:*"], "NotResource": ["a"]}
    assert after(statement) == [Grant(kind="policy", who="Role", what="everything but iam:*", on="everything but a")]


def test_a_denial_that_goes_is_told_and_one_that_comes_is_not() -> None:
    assert after(before=(deny("s3:DeleteObject"),)) == [
        Grant(kind="deny_removed", who="Role", what="s3:DeleteObject", on="*")
    ]
    assert after(deny("s3:DeleteObject")) == []


def test_a_policy_by_another_name_with_the_same_content_is_nothing_new() -> None:
    same = policy(allow("s3:GetObject"))
    assert grants({"Policy": same}, {"Renamed": same}) == []


def test_long_values_are_compared_to_their_ends() -> None:
    long = "arn:aws:s3:::" + "x" * 3_000
    assert after(allow("s3:GetObject", f"{long}b"), before=(allow("s3:GetObject", f"{long}a"),)) != []


def test_who_may_become_a_role() -> None:
    other = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}

    assert grants({}, {"Role": role(AssumeRolePolicyDocument=other)}) == [
        Grant(kind="trust", who="*", what="sts:AssumeRole", on="Role")
    ]


def test_managed_policies_and_inline_ones_count() -> None:
    inline = {"PolicyName": "inline", "PolicyDocument": {"Statement": [allow("s3:GetObject")]}}

    assert grants(
        {}, {"Role": role(ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"], Policies=[inline])}
    ) == [
        Grant(kind="managed_policy", who="Role", what="arn:aws:iam::aws:policy/AdministratorAccess"),
        Grant(kind="policy", who="Role", what="s3:GetObject", on="*"),
    ]


def test_a_boundary_that_goes_or_changes_is_told_and_one_that_comes_is_not() -> None:
    without = role()
    del without["Properties"]["PermissionsBoundary"]

    assert grants({}, {"Role": without}) == [Grant(kind="boundary", who="Role", what="")]
    assert grants({}, {"Role": role(PermissionsBoundary="other")}) == [Grant(kind="boundary", who="Role", what="other")]
    new_role = grants({}, {"Second": role()})
    assert {grant.kind for grant in new_role} == {"trust"}


def test_policies_of_resources_say_whom_they_let_in() -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    bucket_policy = {"Type": "AWS::S3::BucketPolicy", "Properties": {"PolicyDocument": {"Statement": [statement]}}}
    key = {
        "Type": "AWS::KMS::Key",
        "Properties": {"KeyPolicy": {"Statement": [{**statement, "Action": "kms:*", "Resource": "*"}]}},
    }

    assert grants({}, {"Policy": bucket_policy, "Key": key}) == [
        Grant(kind="policy", who="*", what="kms:*", on="Key"),
        Grant(kind="policy", who="*", what="s3:GetObject", on="arn:aws:s3:::b/*"),
    ]


def test_new_ways_in_are_told() -> None:
    assert grants({}, {"Visitor": {"Type": "AWS::IAM::User"}}) == [
        Grant(kind="identity", who="Visitor", what="AWS::IAM::User")
    ]


def test_who_may_invoke_a_function() -> None:
    permission = {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": "F"},
            "Principal": "s3.amazonaws.com",
        },
    }
    assert grants({}, {"Permission": permission}) == [
        Grant(kind="policy", who="s3.amazonaws.com", what="lambda:InvokeFunction", on="${F}")
    ]


def group(**properties: Any) -> dict[str, Any]:
    nothing_out = [{"CidrIp": "255.255.255.255/32", "IpProtocol": "icmp", "FromPort": 252, "ToPort": 86}]
    return {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupEgress": nothing_out, **properties}}


def test_traffic_that_comes_in() -> None:
    rule = {"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    from_group = {
        "Type": "AWS::EC2::SecurityGroupIngress",
        "Properties": {
            "GroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
            "SourceSecurityGroupId": {"Fn::GetAtt": ["Other", "GroupId"]},
            "IpProtocol": "tcp",
            "FromPort": 8000,
            "ToPort": 8010,
        },
    }

    assert grants({"Group": group()}, {"Group": group(SecurityGroupIngress=[rule]), "Rule": from_group}) == [
        Grant(kind="ingress", who="Group", what="tcp 443", on="anywhere"),
        Grant(kind="ingress", who="Group", what="tcp 8000 to 8010", on="Other"),
    ]


def test_traffic_that_goes_out_and_a_group_without_rules_lets_all_of_it() -> None:
    assert grants({}, {"Group": group()}) == []
    open_group = {"Type": "AWS::EC2::SecurityGroup", "Properties": {}}
    assert grants({"Group": group()}, {"Group": open_group}) == [
        Grant(kind="egress", who="Group", what="all traffic", on="anywhere")
    ]


def test_without_a_template_before_everything_is_new_and_without_one_after_nothing() -> None:
    assert {grant.kind for grant in widened(None, template())} == {"trust"}
    assert widened(template(), None) == []
