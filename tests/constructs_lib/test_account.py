"""What an account gets: who may log in from GitHub and do what, and what environments can never be allowed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from aws_cdk.assertions import Template

from constructs_lib.account import Account
from constructs_lib.config.model import AccountConfig, GitHubConfig
from constructs_lib.config.naming import GITHUB_ENVIRONMENTS, role_output
from tests.constructs_lib.resources import named, of_type, text, the_only
from tests.constructs_lib.synthesis import Synthesise

GITHUB = GitHubConfig(repository="octocat/environments", owner_id=583231, repository_id=1296269)
CONFIG = AccountConfig(id="111111111111", region="us-east-1", github=GITHUB)
POLICY_SIZE = 6144
INLINE_POLICIES_SIZE = 10240
"""Characters without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


def account(synthesise: Synthesise, config: AccountConfig = CONFIG) -> Template:
    return synthesise(lambda stack: Account(stack, "Account", config=config))


def allowed(template: Mapping[str, Any], role: str) -> list[dict[str, Any]]:
    """The statements of a role's policy."""
    statements: list[dict[str, Any]] = named(template, "AWS::IAM::Policy", f"Roles{role}")["PolicyDocument"][
        "Statement"
    ]
    return statements


def actions(statements: Iterable[dict[str, Any]]) -> set[str]:
    lists = [s["Action"] if isinstance(s["Action"], list) else [s["Action"]] for s in statements]
    return {action for listed in lists for action in listed}


class TestLogIn:
    def test_provider_is_github_s_without_a_thumbprint(self, synthesise: Synthesise) -> None:
        provider = the_only(account(synthesise).to_json(), "AWS::IAM::OIDCProvider")
        assert provider == {
            "Url": "https://token.actions.githubusercontent.com",
            "ClientIdList": ["sts.amazonaws.com"],
        }

    @pytest.mark.parametrize("environment", GITHUB_ENVIRONMENTS)
    def test_each_role_is_for_one_environment_of_one_repository(self, environment: str, synthesise: Synthesise) -> None:
        role = named(account(synthesise).to_json(), "AWS::IAM::Role", f"Roles{environment.capitalize()}")
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert list(statement["Principal"]) == ["Federated"]
        refs = {"publish": ["refs/heads/main", "refs/tags/v*"]}.get(environment, ["refs/heads/main"])
        at_refs = {"StringLike": {"token.actions.githubusercontent.com:ref": refs}} if environment != "plan" else {}
        assert statement["Condition"] == {
            "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": [
                    f"repo:octocat/environments:environment:{environment}",
                    f"repo:octocat@583231/environments@1296269:environment:{environment}",
                ],
                "token.actions.githubusercontent.com:repository_id": "1296269",
                "token.actions.githubusercontent.com:environment": environment,
            },
            **at_refs,
        }

    def test_an_existing_provider_is_trusted_and_none_is_made(self, synthesise: Synthesise) -> None:
        github = replace(GITHUB, existing_oidc_provider=True)
        template = account(synthesise, replace(CONFIG, github=github))
        template.resource_count_is("AWS::IAM::OIDCProvider", 0)
        role = named(template.to_json(), "AWS::IAM::Role", "RolesDeploy")
        provider = role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Federated"]
        assert provider == "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"

    def test_roles_are_published_under_the_names_that_bootstrap_prints(self, synthesise: Synthesise) -> None:
        outputs = account(synthesise).to_json()["Outputs"]
        assert outputs.keys() == {role_output(environment) for environment in GITHUB_ENVIRONMENTS}

    def test_without_a_repository_there_is_neither_provider_nor_role(self, synthesise: Synthesise) -> None:
        template = account(synthesise, replace(CONFIG, github=None, repositories=("microblog",)))
        for resource_type in ("AWS::IAM::OIDCProvider", "AWS::IAM::Role", "AWS::IAM::ManagedPolicy"):
            template.resource_count_is(resource_type, 0)


class TestRoles:
    def test_plan_changes_nothing_and_reads_no_data(self, synthesise: Synthesise) -> None:
        statements = allowed(account(synthesise).to_json(), "Plan")
        verbs = {action.partition(":")[2] for action in actions(statements)}
        change_sets = {"CreateChangeSet", "DeleteChangeSet"}
        drift = {"DetectStackDrift", "DetectStackResourceDrift"}
        assert change_sets | drift <= verbs
        reading = ("Describe", "Get", "List", "BatchDescribeTypeConfigurations", "BatchGetImage")
        assert all(verb.startswith(reading) for verb in verbs - change_sets - drift)
        data = {"secretsmanager:GetSecretValue", "s3:GetObject", "s3:ListBucket", "kms:Decrypt", "logs:GetLogEvents"}
        assert not actions(statements) & {"sts:AssumeRole", *data}

    def test_plan_asks_anywhere_what_detecting_drift_asks_of_no_resource(self, synthesise: Synthesise) -> None:
        statements = allowed(account(synthesise).to_json(), "Plan")
        anywhere = actions([s for s in statements if s["Resource"] == "*"])
        assert anywhere >= {
            "cloudformation:BatchDescribeTypeConfigurations",
            "cloudformation:DescribeStackDriftDetectionStatus",
            "servicediscovery:ListTagsForResource",
        }

    def test_plan_makes_change_sets_for_show_alone(self, synthesise: Synthesise) -> None:
        statements = allowed(account(synthesise).to_json(), "Plan")
        (statement,) = (s for s in statements if "CreateChangeSet" in text(s))
        assert statement["Condition"] == {"StringLike": {"cloudformation:ChangeSetName": "cdk-diff-change-set*"}}
        assert "cloudformation:ExecuteChangeSet" not in actions(statements)

    def test_plan_alone_asks_why_a_change_set_of_its_own_is_refused(self, synthesise: Synthesise) -> None:
        template = account(synthesise).to_json()
        (statement,) = (s for s in allowed(template, "Plan") if "DescribeEvents" in text(s))
        assert statement["Resource"] == [
            "arn:aws:cloudformation:*:111111111111:changeSet/cdk-diff-change-set*",
            "arn:aws:cloudformation:*:111111111111:stack/*",
        ]
        others = [actions(allowed(template, role)) for role in ("Deploy", "Production", "Destroy", "Publish")]
        assert not any("cloudformation:DescribeEvents" in found for found in others)

    def test_policies_fit_into_a_role(self, synthesise: Synthesise) -> None:
        template = account(synthesise).to_json()
        for environment in GITHUB_ENVIRONMENTS:
            statements = allowed(template, environment.capitalize())
            assert len(json.dumps(statements, separators=(",", ":"))) < INLINE_POLICIES_SIZE

    def test_production_deploys_as_deploy_does(self, synthesise: Synthesise) -> None:
        template = account(synthesise).to_json()
        deploy, production = allowed(template, "Deploy"), allowed(template, "Production")
        assert production == [s for s in deploy if "ecs:UpdateService" not in actions([s])]
        assert len(deploy) == len(production) + 1

    @pytest.mark.parametrize("environment", ["Plan", "Destroy", "Publish"])
    def test_only_what_deploys_asks_what_a_deployment_needs(self, environment: str, synthesise: Synthesise) -> None:
        asked = {
            "ec2:DescribeAddresses",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
            "secretsmanager:DescribeSecret",
            "servicequotas:GetServiceQuota",
        }
        template = account(synthesise).to_json()
        assert asked <= actions(allowed(template, "Deploy"))
        of_drift = {"ec2:DescribeAddresses"} if environment == "Plan" else set()
        assert actions(allowed(template, environment)) & asked == of_drift

    @pytest.mark.parametrize("environment", ["Plan", "Deploy", "Production"])
    def test_values_that_bases_publish_are_read_to_compare_a_deployed_stack_with_them(
        self, environment: str, synthesise: Synthesise
    ) -> None:
        statements = allowed(account(synthesise).to_json(), environment)
        (statement,) = (s for s in statements if s["Action"] == "ssm:GetParameters")
        of_bootstrap = ["arn:aws:ssm:*:111111111111:parameter/cdk-bootstrap/gitops/version"]
        assert statement["Resource"] == [
            *(of_bootstrap if environment != "Plan" else []),
            "arn:aws:ssm:*:111111111111:parameter/gitops/*",
            "arn:aws:ssm:*::parameter/aws/service/ami-amazon-linux-latest/*",
        ]

    def test_only_services_of_ad_hoc_environments_are_put_to_sleep(self, synthesise: Synthesise) -> None:
        statements = allowed(account(synthesise).to_json(), "Deploy")
        (statement,) = (s for s in statements if "ecs:UpdateService" in actions([s]))
        assert statement["Condition"] == {"StringEquals": {"aws:ResourceTag/gitops:kind": "ad-hoc-app"}}
        assert statement["Resource"] == "arn:aws:ecs:*:111111111111:service/*"

    def test_plan_reads_how_services_of_apps_run(self, synthesise: Synthesise) -> None:
        statements = allowed(account(synthesise).to_json(), "Plan")
        assert {"cloudformation:ListStackResources", "ecs:DescribeServices"} <= actions(statements)

    @pytest.mark.parametrize("environment", ["Deploy", "Production"])
    def test_what_deploys_reads_the_events_of_services_of_apps(self, environment: str, synthesise: Synthesise) -> None:
        statements = allowed(account(synthesise).to_json(), environment)
        (statement,) = (s for s in statements if "ecs:DescribeServices" in actions([s]))
        assert actions([statement]) == {"ecs:DescribeServices"}
        assert statement["Condition"] == {"StringEquals": {"aws:ResourceTag/gitops:kind": ["ad-hoc-app", "prod-app"]}}
        assert statement["Resource"] == "arn:aws:ecs:*:111111111111:service/*"

    def test_deploy_assumes_the_cdk_s_roles_of_its_account(self, synthesise: Synthesise) -> None:
        statements = allowed(account(synthesise).to_json(), "Deploy")
        (statement,) = (s for s in statements if s["Action"] == "sts:AssumeRole")
        assert statement["Resource"] == [
            f"arn:aws:iam::111111111111:role/cdk-gitops-{purpose}-role-111111111111-*"
            for purpose in ("deploy", "file-publishing", "lookup")
        ]
        assert not actions(statements) & {"cloudformation:DeleteStack", "cloudformation:CreateStack"}

    def test_destroy_deletes_environments_and_nothing_else(self, synthesise: Synthesise) -> None:
        statements = allowed(account(synthesise).to_json(), "Destroy")
        (statement,) = (s for s in statements if "cloudformation:DeleteStack" in actions([s]))
        assert statement["Condition"] == {
            "StringEquals": {"aws:ResourceTag/gitops:kind": ["ad-hoc-app", "ad-hoc-base", "prod-app", "prod-base"]}
        }
        writing = {
            action
            for action in actions(statements)
            if not action.partition(":")[2].startswith(("Describe", "Get", "List"))
        }
        of_logs = {"logs:DeleteLogGroup", "logs:PutRetentionPolicy"}
        assert writing == {"cloudformation:DeleteStack", "cloudformation:UpdateTerminationProtection"} | of_logs
        (statement,) = (s for s in statements if actions([s]) & of_logs)
        assert statement["Condition"] == {"StringEquals": {"aws:ResourceTag/gitops:kind": "ad-hoc-app"}}

    def test_publish_pushes_to_declared_repositories_and_does_nothing_else(self, synthesise: Synthesise) -> None:
        config = replace(CONFIG, repositories=("microblog", "shared/front-end"))
        log_in, push = allowed(account(synthesise, config).to_json(), "Publish")
        assert (log_in["Action"], log_in["Resource"]) == ("ecr:GetAuthorizationToken", "*")
        assert push["Resource"] == [
            "arn:aws:ecr:*:111111111111:repository/microblog",
            "arn:aws:ecr:*:111111111111:repository/shared/front-end",
        ]
        assert {"ecr:PutImage", "ecr:UploadLayerPart"} <= actions([push])
        assert not [action for action in actions([push]) if "Delete" in action or "Tag" in action]

    def test_publish_pushes_nowhere_when_no_repository_is_declared(self, synthesise: Synthesise) -> None:
        statements = allowed(account(synthesise).to_json(), "Publish")
        assert actions(statements) == {"ecr:GetAuthorizationToken"}

    @pytest.mark.parametrize("environment", [name for name in GITHUB_ENVIRONMENTS if name != "publish"])
    def test_no_other_role_pushes_images(self, environment: str, synthesise: Synthesise) -> None:
        config = replace(CONFIG, repositories=("microblog",))
        statements = allowed(account(synthesise, config).to_json(), environment.capitalize())
        assert not actions(statements) & {"ecr:PutImage", "ecr:InitiateLayerUpload", "ecr:GetAuthorizationToken"}


class TestBoundary:
    @pytest.fixture
    def policy(self, synthesise: Synthesise) -> dict[str, Any]:
        return the_only(account(synthesise).to_json(), "AWS::IAM::ManagedPolicy")

    @pytest.fixture
    def statements(self, policy: dict[str, Any]) -> dict[str, Any]:
        return {statement["Sid"]: statement for statement in policy["PolicyDocument"]["Statement"]}

    def test_fits_and_is_attached_to_nothing(self, policy: dict[str, Any]) -> None:
        assert len(json.dumps(policy["PolicyDocument"], separators=(",", ":"))) < POLICY_SIZE
        assert not policy.keys() & {"Roles", "Groups", "Users"}

    def test_identity_and_what_watches_it_are_out_of_reach(self, statements: dict[str, Any]) -> None:
        everything = statements.pop("AllButIdentity")
        assert set(everything["NotAction"]) >= {"iam:*", "sts:*", "organizations:*", "cloudtrail:*", "cloudformation:*"}
        assert all("NotAction" not in statement for statement in statements.values())
        within = {"Stacks", "RolesWithThisBoundary", "Roles", "RolesForServices", "RolesOfServices"}
        assert statements.keys() == within
        assert {statement["Effect"] for statement in statements.values()} == {"Allow"}
        assert actions([statements["Stacks"]]) == {"cloudformation:DescribeStacks"}

    def test_roles_get_permissions_only_under_this_boundary(self, statements: dict[str, Any]) -> None:
        empowering = statements["RolesWithThisBoundary"]
        assert {"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"} <= actions([empowering])
        assert "policy/gitops-permissions-boundary" in text(
            empowering["Condition"]["StringEquals"]["iam:PermissionsBoundary"]
        )
        allowing = [s for s in statements.values() if s["Effect"] == "Allow" and "Action" in s]
        assert not actions(allowing) & {
            "iam:DeleteRolePermissionsBoundary",
            "iam:CreateUser",
            "iam:CreatePolicyVersion",
            "iam:SetDefaultPolicyVersion",
        }

    def test_only_what_is_in_the_path_of_environments_can_be_changed_or_passed(
        self, statements: dict[str, Any]
    ) -> None:
        arns = {arn for name in ("Roles", "RolesWithThisBoundary") for arn in statements[name]["Resource"]}
        assert arns == {
            "arn:aws:iam::111111111111:instance-profile/gitops/*",
            "arn:aws:iam::111111111111:role/gitops/*",
        }
        assert statements["RolesForServices"]["Resource"] == "arn:aws:iam::111111111111:role/gitops/*"


class TestRegistry:
    def test_images_are_scanned_immutable_and_kept(self, synthesise: Synthesise) -> None:
        template = account(synthesise, replace(CONFIG, repositories=("microblog", "shared/front-end"))).to_json()
        repositories = {r["RepositoryName"]: r for r in of_type(template, "AWS::ECR::Repository")}
        assert set(repositories) == {"microblog", "shared/front-end"}
        for repository in repositories.values():
            assert repository["ImageTagMutability"] == "IMMUTABLE"
            assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}
        policies = {
            (resource["DeletionPolicy"], resource["UpdateReplacePolicy"])
            for resource in template["Resources"].values()
            if resource["Type"] == "AWS::ECR::Repository"
        }
        assert policies == {("RetainExceptOnCreate", "Retain")}

    def test_what_is_old_is_forgotten(self, synthesise: Synthesise) -> None:
        template = account(synthesise, replace(CONFIG, repositories=("microblog",))).to_json()
        rules = json.loads(the_only(template, "AWS::ECR::Repository")["LifecyclePolicy"]["LifecyclePolicyText"])[
            "rules"
        ]
        selections = {rule["selection"]["tagStatus"]: rule["selection"] for rule in rules}
        assert (selections["untagged"]["countType"], selections["untagged"]["countNumber"]) == ("sinceImagePushed", 14)
        assert (selections["tagged"]["countType"], selections["tagged"]["countNumber"]) == ("imageCountMoreThan", 200)
        assert selections["tagged"]["tagPatternList"] == ["*"]

    def test_none_is_made_unasked(self, synthesise: Synthesise) -> None:
        account(synthesise).resource_count_is("AWS::ECR::Repository", 0)


class TestZone:
    def test_zone_of_the_domain_is_kept_and_told(self, synthesise: Synthesise) -> None:
        template = account(synthesise, replace(CONFIG, domain="example.com")).to_json()
        (zone,) = (r for r in template["Resources"].values() if r["Type"] == "AWS::Route53::HostedZone")
        assert zone["Properties"]["Name"] == "example.com."
        assert (zone["DeletionPolicy"], zone["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
        assert {"HostedZoneId", "NameServers"} <= template["Outputs"].keys()

    def test_none_is_made_unasked(self, synthesise: Synthesise) -> None:
        template = account(synthesise)
        template.resource_count_is("AWS::Route53::HostedZone", 0)
        assert "HostedZoneId" not in template.to_json()["Outputs"]


class TestBudget:
    def test_address_hears_of_80_percent_and_of_all_of_it(self, synthesise: Synthesise) -> None:
        config = replace(CONFIG, monthly_budget_usd=500, alarm_email="on-call@example.com")
        budget = the_only(account(synthesise, config).to_json(), "AWS::Budgets::Budget")
        assert budget["Budget"]["BudgetLimit"] == {"Amount": 500, "Unit": "USD"}
        assert budget["Budget"]["TimeUnit"] == "MONTHLY"
        notified = budget["NotificationsWithSubscribers"]
        assert [entry["Notification"]["Threshold"] for entry in notified] == [80, 100]
        assert all(
            entry["Subscribers"] == [{"Address": "on-call@example.com", "SubscriptionType": "EMAIL"}]
            for entry in notified
        )

    def test_none_is_made_unasked(self, synthesise: Synthesise) -> None:
        account(synthesise).resource_count_is("AWS::Budgets::Budget", 0)
