"""An attack on the permissions boundary: who controls a deployment tries to get permissions that it leaves out.

The attacker starts with one of GitHub's roles, with CloudFormation's role, or with a role of an environment that has
every permission that the boundary leaves. A role that a call reaches is the attacker's from then on, and everything
is tried again with it. Every trust policy is taken to allow what IAM policies allow.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
import yaml

from constructs_lib.config.naming import BOOTSTRAP_QUALIFIER, GITHUB_ENVIRONMENTS, PERMISSIONS_BOUNDARY, ROLE_PATH
from gitops.cdk import cli as cdk
from tests.constructs_lib.iam import ACCOUNT, Request, Statement, allows, managed_statements, statements_of
from tests.constructs_lib.resources import the_only

IAM = f"arn:aws:iam::{ACCOUNT}"
BOUNDARY = f"{IAM}:policy/{PERMISSIONS_BOUNDARY}"
OWN_ROLE = f"{IAM}:role{ROLE_PATH}dev-alpha-TaskRole-1A2B"
OWN_PROFILE = f"{IAM}:instance-profile{ROLE_PATH}dev-base-InstanceProfile-1A2B"
ANYTHING: tuple[Statement, ...] = ({"Effect": "Allow", "Action": "*", "Resource": "*"},)
"""AdministratorAccess: CloudFormation's role has it, and an environment can give it to a role."""

CDK = {
    purpose: f"{IAM}:role/cdk-{BOOTSTRAP_QUALIFIER}-{purpose}-role-{ACCOUNT}-us-east-1"
    for purpose in ("deploy", "file-publishing", "image-publishing", "lookup", "cfn-exec")
}
GITHUB = {environment: f"{IAM}:role/accounts-main-{environment}" for environment in GITHUB_ENVIRONMENTS}
FOREIGN_ROLES = (
    f"{IAM}:role/Admin",
    f"{IAM}:role/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-us-east-1",
    f"{IAM}:role/cdk-hnb659fds-deploy-role-{ACCOUNT}-us-east-1",
    f"{IAM}:role/OrganizationAccountAccessRole",
    f"{IAM}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_AdministratorAccess_1a2b",
    f"{IAM}:role/gitops",
    f"{IAM}:role/gitops-admin",
    f"{IAM}:role/gitopsadmin/Admin",
    f"{IAM}:role/team/gitops/Admin",
    f"{IAM}:role/service-role/Admin",
    "arn:aws:iam::222222222222:role/Admin",
    "arn:aws:iam::222222222222:role/gitops/Admin",
)
SERVICES = (
    "application-autoscaling.amazonaws.com",
    "cloudformation.amazonaws.com",
    "codebuild.amazonaws.com",
    "ec2.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "glue.amazonaws.com",
    "lambda.amazonaws.com",
    "monitoring.rds.amazonaws.com",
    "scheduler.amazonaws.com",
    "states.amazonaws.com",
)
REACHING = (
    "iam:AttachRolePolicy",
    "iam:DeleteRolePermissionsBoundary",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "sts:AssumeRole",
)
"""Calls after which a role is the caller's, or has permissions of the caller's choice."""

OTHER_BOUNDARY = {"iam:permissionsboundary": "arn:aws:iam::aws:policy/AdministratorAccess"}
OWN_BOUNDARY = {"iam:permissionsboundary": BOUNDARY}
USER = f"{IAM}:user/mallory"
FOREIGN_STACK = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/CDKToolkit/0a1b2c"

ELSEWHERE = (
    # The boundary itself, and roles without it.
    *(
        Request(action=f"iam:{verb}", resource=BOUNDARY)
        for verb in ("CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicy", "DeletePolicyVersion")
    ),
    Request(action="iam:DeleteRolePermissionsBoundary", resource=OWN_ROLE),
    Request(action="iam:PutRolePermissionsBoundary", resource=OWN_ROLE, context=OTHER_BOUNDARY),
    Request(action="iam:CreateRole", resource=OWN_ROLE),
    Request(action="iam:CreateRole", resource=OWN_ROLE, context=OTHER_BOUNDARY),
    Request(action="iam:CreateRole", resource=f"{IAM}:role/New"),
    Request(action="iam:CreateRole", resource=f"{IAM}:role/New", context=OWN_BOUNDARY),
    Request(action="iam:PutRolePolicy", resource=OWN_ROLE, context=OTHER_BOUNDARY),
    Request(action="iam:AttachRolePolicy", resource=OWN_ROLE),
    # Users, groups and providers of identity: they have no boundary.
    *(
        Request(action=f"iam:{verb}", resource=USER)
        for verb in ("CreateUser", "CreateAccessKey", "CreateLoginProfile", "AttachUserPolicy", "PutUserPolicy")
    ),
    Request(action="iam:CreateUser", resource=f"{IAM}:user{ROLE_PATH}mallory", context=OWN_BOUNDARY),
    Request(action="iam:AddUserToGroup", resource=f"{IAM}:group/admins"),
    Request(action="iam:PutGroupPolicy", resource=f"{IAM}:group/admins"),
    Request(action="iam:CreateOpenIDConnectProvider", resource=f"{IAM}:oidc-provider/mallory.example"),
    Request(
        action="iam:AddClientIDToOpenIDConnectProvider",
        resource=f"{IAM}:oidc-provider/token.actions.githubusercontent.com",
    ),
    Request(action="iam:CreateSAMLProvider", resource=f"{IAM}:saml-provider/mallory"),
    Request(action="iam:UpdateSAMLProvider", resource=f"{IAM}:saml-provider/company"),
    Request(action="sts:GetFederationToken", resource=f"arn:aws:sts::{ACCOUNT}:federated-user/mallory"),
    # Instance profiles of others.
    *(
        Request(action=f"iam:{verb}", resource=f"{IAM}:instance-profile/Build")
        for verb in ("AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile", "DeleteInstanceProfile")
    ),
    # What watches, and the organisation.
    Request(action="cloudtrail:StopLogging", resource=f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/main"),
    Request(action="organizations:LeaveOrganization", resource="*"),
)
UPDATES_OF_STACKS = tuple(
    Request(action=f"cloudformation:{verb}", resource=FOREIGN_STACK)
    for verb in ("CreateChangeSet", "ExecuteChangeSet", "UpdateStack", "SetStackPolicy", "DeleteStack")
)
"""A stack keeps the role that it was deployed with: who may update it has what that role may."""

LEGITIMATE = (
    Request(action="iam:CreateRole", resource=OWN_ROLE, context=OWN_BOUNDARY),
    Request(action="iam:PutRolePolicy", resource=OWN_ROLE, context=OWN_BOUNDARY),
    Request(action="iam:UpdateAssumeRolePolicy", resource=OWN_ROLE),
    Request(action="iam:PassRole", resource=OWN_ROLE, context={"iam:passedtoservice": "ecs-tasks.amazonaws.com"}),
    Request(action="iam:AddRoleToInstanceProfile", resource=OWN_PROFILE),
    Request(action="rds:CreateDBInstance", resource=f"arn:aws:rds:us-east-1:{ACCOUNT}:db:dev"),
    Request(action="cloudformation:DescribeStacks", resource="*"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """A role: what its own policies say, and the boundary when it has one."""

    arn: str
    identity: tuple[Statement, ...]
    boundary: tuple[Statement, ...] | None = None

    def may(self, request: Request) -> bool:
        """Return whether IAM allows the role a request."""
        return allows(self.identity, request) and (self.boundary is None or allows(self.boundary, request))


@pytest.fixture(scope="session")
def boundary(templates: dict[str, Any]) -> tuple[Statement, ...]:
    """The statements of the boundary."""
    template = templates["accounts-main"]
    return tuple(managed_statements(template, the_only(template, "AWS::IAM::ManagedPolicy")))


@pytest.fixture(scope="session")
def principals(templates: dict[str, Any], boundary: tuple[Statement, ...]) -> Mapping[str, Principal]:
    """The roles that deployments have to do with, by ARN."""
    template = templates["accounts-main"]
    found = [
        Principal(arn=GITHUB[environment], identity=tuple(statements_of(template, role)))
        for environment in GITHUB_ENVIRONMENTS
        for role, resource in template["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role" and f"Roles{environment.capitalize()}" in role
    ]
    assert len(found) == len(GITHUB_ENVIRONMENTS)
    found += [
        Principal(arn=CDK[purpose], identity=statements)
        for purpose, statements in _bootstrap_roles().items()
        if purpose != "cfn-exec"
    ]
    found += [Principal(arn=arn, identity=ANYTHING, boundary=boundary) for arn in (CDK["cfn-exec"], OWN_ROLE)]
    return {principal.arn: principal for principal in found}


def reached_by(start: Principal, principals: Mapping[str, Principal]) -> set[str]:
    """Return the roles that a principal can make its own, over any number of steps."""
    everything = (*principals, *FOREIGN_ROLES)
    reached, unexplored = {start.arn}, [start]
    while unexplored:
        principal = unexplored.pop()
        for arn in set(everything) - reached:
            if any(principal.may(request) for request in _calls_on(arn)):
                reached.add(arn)
                # A role of others has no boundary; to reach it is all that the test has to show.
                unexplored += [principals[arn]] if arn in principals else []
    return reached


def escapes(principal: Principal) -> list[Request]:
    """Return what a principal may do that gives more than the boundary leaves, other than through roles."""
    attempts = (*ELSEWHERE, *(UPDATES_OF_STACKS if principal.boundary else ()))
    return [request for request in attempts if principal.may(request)]


@pytest.mark.parametrize("start", [*GITHUB.values(), CDK["cfn-exec"], OWN_ROLE])
def test_no_chain_of_calls_leaves_the_boundary(start: str, principals: Mapping[str, Principal]) -> None:
    reached = reached_by(principals[start], principals)
    assert reached <= _ALLOWED.get(start, {start, OWN_ROLE})
    for arn in reached:
        assert escapes(principals[arn]) == []


def test_what_was_tried_is_what_an_attacker_has(principals: Mapping[str, Principal]) -> None:
    calls = {request.action for request in (*ELSEWHERE, *UPDATES_OF_STACKS, *_calls_on(FOREIGN_ROLES[0]))}
    assert len(calls) >= 35
    tried = sum(len(_calls_on(arn)) for arn in (*principals, *FOREIGN_ROLES))
    tried += len(ELSEWHERE) + len(UPDATES_OF_STACKS)
    assert tried * len(principals) > 4000


def test_boundary_leaves_what_deployments_need(principals: Mapping[str, Principal]) -> None:
    assert [request for request in LEGITIMATE if not principals[CDK["cfn-exec"]].may(request)] == []


@pytest.mark.parametrize("widened", ["Roles", "RolesWithThisBoundary", "RolesForServices"])
def test_attack_succeeds_where_a_statement_reaches_every_role(
    widened: str, principals: Mapping[str, Principal], boundary: tuple[Statement, ...]
) -> None:
    weak = tuple(
        {**statement, "Resource": f"{IAM}:role/*"} if statement["Sid"] == widened else statement
        for statement in boundary
    )
    attacker = replace(principals[CDK["cfn-exec"]], boundary=weak)
    taken = reached_by(attacker, {**principals, attacker.arn: attacker}) - {attacker.arn, OWN_ROLE}
    assert f"{IAM}:role/Admin" in taken or Request(
        action="iam:CreateRole", resource=f"{IAM}:role/New", context=OWN_BOUNDARY
    ) in escapes(attacker)


_ALLOWED: Mapping[str, set[str]] = {
    GITHUB["plan"]: {GITHUB["plan"]},
    GITHUB["destroy"]: {GITHUB["destroy"]},
    GITHUB["publish"]: {GITHUB["publish"]},
    **{
        GITHUB[environment]: {
            GITHUB[environment],
            *(CDK[purpose] for purpose in ("deploy", "file-publishing", "lookup", "cfn-exec")),
            OWN_ROLE,
        }
        for environment in ("deploy", "production")
    },
}
"""The roles that each of GitHub's roles is meant to reach."""


def _calls_on(arn: str) -> list[Request]:
    """Return the calls that make a role the caller's: with the right boundary, another one and none."""
    calls = [
        Request(action=action, resource=arn, context=context)
        for action in REACHING
        for context in ({}, OWN_BOUNDARY, OTHER_BOUNDARY)
    ]
    passing = [
        Request(action="iam:PassRole", resource=arn, context={"iam:passedtoservice": service}) for service in SERVICES
    ]
    return [*calls, *passing]


def _bootstrap_roles() -> dict[str, tuple[Statement, ...]]:
    """Return the statements of the roles that `cdk bootstrap` makes, as the CDK CLI in use writes them.

    AWS's managed policies for reading are left out: they neither change nor pass roles.
    """
    path = cdk.CLI.parents[1] / "lib" / "api" / "bootstrap" / "bootstrap-template.yaml"
    resources = yaml.safe_load(path.read_text())["Resources"]
    names = {
        "deploy": "DeploymentActionRole",
        "file-publishing": "FilePublishingRole",
        "image-publishing": "ImagePublishingRole",
        "lookup": "LookupRole",
    }
    found = {}
    for purpose, logical_id in names.items():
        documents = [policy["PolicyDocument"] for policy in resources[logical_id]["Properties"].get("Policies", [])]
        documents += [
            resource["Properties"]["PolicyDocument"]
            for resource in resources.values()
            if resource["Type"] == "AWS::IAM::Policy" and {"Ref": logical_id} in resource["Properties"]["Roles"]
        ]
        assert documents, purpose
        found[purpose] = tuple(_substituted(statement) for statement in _statements(documents))
    return found


def _statements(documents: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for document in documents:
        # A statement for a key that is not made stands in an Fn::If.
        yield from (statement for statement in document["Statement"] if "Effect" in statement)


def _substituted(node: Any) -> Any:
    """Return a part of the bootstrap template with references as text; `*` stands in for what AWS chooses."""
    if isinstance(node, list):
        return [_substituted(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    if "Fn::Sub" in node:
        text = str(node["Fn::Sub"]).replace("${CloudFormationExecutionRole.Arn}", CDK["cfn-exec"])
        for name, value in {"AWS::Partition": "aws", "AWS::AccountId": ACCOUNT, "AWS::Region": "us-east-1"}.items():
            text = text.replace(f"${{{name}}}", value)
        return "*" if "${" in text else text
    if node.keys() & {"Ref", "Fn::GetAtt"}:
        return ACCOUNT if node.get("Ref") == "AWS::AccountId" else "*"
    return {key: _substituted(value) for key, value in node.items()}
