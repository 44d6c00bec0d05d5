"""What the stacks of all kinds have in common, and where an account's differs."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam

from constructs_lib.config.environments import load
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.stack import EnvironmentStack
from tests.constructs_lib.resources import of_type, text
from tests.constructs_lib.synthesis import ROOT
from tests.sample import ENVIRONMENTS


@pytest.mark.parametrize(
    ("name", "protected"),
    [("accounts/main", True), ("dev/base", True), ("dev/alpha", False), ("prod/base", True), ("prod/app", True)],
)
def test_everything_but_ad_hoc_apps_has_termination_protection(name: str, *, protected: bool) -> None:
    environment = load(ENVIRONMENTS)[EnvironmentName(*name.split("/"))]
    assert EnvironmentStack(cdk.App(), environment).termination_protection is protected


def test_zones_are_the_first_of_the_region_unless_the_base_names_them(templates: dict[str, Any]) -> None:
    environment = load(ROOT / "tests/fixtures/environments/valid/every-field/environments")[
        EnvironmentName("prod", "base")
    ]
    named = EnvironmentStack(cdk.App(), environment).availability_zones
    assert named == ["eu-central-1a", "eu-central-1b", "eu-central-1d"]
    subnets = of_type(templates["prod-base"], "AWS::EC2::Subnet")
    assert {text(subnet["AvailabilityZone"]) for subnet in subnets} == {
        text({"Fn::Select": [index, {"Fn::GetAZs": ""}]}) for index in (0, 1)
    }


def test_every_role_of_an_environment_has_the_permissions_boundary(templates: dict[str, Any]) -> None:
    for stack in ("dev-base", "dev-alpha", "prod-base", "prod-app"):
        roles = of_type(templates[stack], "AWS::IAM::Role")
        assert roles
        assert all("gitops-permissions-boundary" in text(role["PermissionsBoundary"]) for role in roles)


def test_roles_and_instance_profiles_of_environments_are_in_their_path(templates: dict[str, Any]) -> None:
    for stack in ("dev-base", "dev-alpha", "prod-base", "prod-app"):
        for kind in ("AWS::IAM::Role", "AWS::IAM::InstanceProfile"):
            assert {resource["Path"] for resource in of_type(templates[stack], kind)} <= {"/gitops/"}
        assert all("RoleName" not in role for role in of_type(templates[stack], "AWS::IAM::Role"))
    assert all("Path" not in role for role in of_type(templates["accounts-main"], "AWS::IAM::Role"))


def test_roles_of_an_account_have_no_boundary(templates: dict[str, Any]) -> None:
    account = templates["accounts-main"]
    assert all("PermissionsBoundary" not in role for role in of_type(account, "AWS::IAM::Role"))


def test_an_account_is_deployed_without_what_the_cdk_bootstraps(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path))
    for name in (EnvironmentName("accounts", "main"), EnvironmentName("dev", "alpha")):
        EnvironmentStack(app, load(ENVIRONMENTS)[name])
    assembly = app.synth()

    roles = {
        stack.stack_name: [stack.assume_role_arn, stack.cloud_formation_execution_role_arn] for stack in assembly.stacks
    }
    assert roles["accounts-main"] == [None, None]
    assert all(role and "cdk-gitops-" in role for role in roles["dev-alpha"])
    artifacts = json.loads((tmp_path / "manifest.json").read_text())["artifacts"]
    versions = {name: artifacts[name]["properties"].get("bootstrapStackVersionSsmParameter") for name in roles}
    assert versions == {"accounts-main": None, "dev-alpha": "/cdk-bootstrap/gitops/version"}


def test_nothing_is_shared_with_other_cdk_apps_of_the_account(templates: dict[str, Any]) -> None:
    for stack, template in templates.items():
        assert "hnb659fds" not in text(template), stack
    for stack in ("dev-base", "dev-alpha", "prod-base", "prod-app"):
        assert "/cdk-bootstrap/" not in text(templates[stack]), stack


def test_a_role_that_is_added_later_gets_boundary_and_path_too(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path))
    stack = EnvironmentStack(app, load(ENVIRONMENTS)[EnvironmentName("dev", "alpha")])
    iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    (role,) = of_type(app.synth().get_stack_by_name("dev-alpha").template, "AWS::IAM::Role")
    assert "gitops-permissions-boundary" in text(role["PermissionsBoundary"])
    assert role["Path"] == "/gitops/"
