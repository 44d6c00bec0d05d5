"""The roles with which workflows on GitHub plan, deploy, destroy and publish; none can do another's work."""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.access import drift_detection, image_publishing
from constructs_lib.access.github_oidc import GitHubOidc
from constructs_lib.acknowledge import acknowledge, wildcard_finding
from constructs_lib.config.model import CONFIG_OF_KIND, KINDS_OF_APPS, GitHubConfig
from constructs_lib.config.naming import (
    AMAZON_LINUX_IMAGES,
    BOOTSTRAP_QUALIFIER,
    CHANGE_SET_PREFIX,
    CONTAINER_NAME,
    GITHUB_TOKEN_ISSUER,
    KIND_TAG,
    PUBLISHED_VALUES,
)

CHANGE_SETS = f"{CHANGE_SET_PREFIX}*"
"""Names of the change sets that may be made."""

KINDS_OF_ENVIRONMENTS = sorted(CONFIG_OF_KIND.keys() - {"account"})

SESSION_HOURS = 3
"""Longer than the hour that CloudFormation waits for a release, and than a large database takes."""

_READ_STACKS = (
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStackResource",
    "cloudformation:DescribeStackResources",
    "cloudformation:GetTemplate",
    "cloudformation:GetTemplateSummary",
    "cloudformation:ListStackResources",
)


class DeploymentRoles(Construct):
    """`plan` reads, `deploy` hands work to the CDK's roles, `destroy` deletes stacks of environments.

    `production` deploys as `deploy` does: a job that reviewers approve precedes its jobs. `publish` pushes images to
    `repositories` and knows nothing of environments. Each is for the jobs of one GitHub environment of its own name,
    in the repository of the declarations; `publish` also for those in the application's repository.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        github: GitHubConfig,
        oidc: GitHubOidc,
        repositories: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        self.plan = self._role("plan", github, oidc, "Shows what a change would do; reads no data and changes nothing")
        self.deploy = self._role("deploy", github, oidc, "Deploys environments, through the roles of the CDK")
        self.production = self._role("production", github, oidc, "Deploys production, through the roles of the CDK")
        self.destroy = self._role("destroy", github, oidc, "Deletes stacks of environments")
        self.publish = self._role("publish", github, oidc, "Pushes images; overwrites and deletes none")
        if github.application is not None:
            self._trust_too(self.publish, oidc.principal(github.application, "publish"))
        for role in (self.plan, self.deploy, self.production, self.destroy):
            self._allow(role, ["cloudformation:DescribeStacks", "cloudformation:ListStacks"], ["*"])
            self._allow(role, _READ_STACKS, [self._arn("cloudformation", "stack/*")])
        for role in (self.plan, self.deploy, self.production):
            self._allow_parameters_of_templates(role)
        self._allow_change_sets(self.plan)
        self._allow_drift_detection(self.plan)
        purposes = ("deploy", "file-publishing", "lookup")
        for role in (self.deploy, self.production):
            self._allow_preflight(role)
            self._allow_evidence(role)
            self._allow(role, ["sts:AssumeRole"], [self._bootstrap_role(purpose) for purpose in purposes])
        self._allow_sleep(self.deploy)
        self._allow_deletion(self.destroy)
        self._allow_publishing(self.publish, repositories)

    @property
    def by_environment(self) -> Mapping[str, iam.Role]:
        """The roles by the GitHub environment that each is for."""
        return {
            "plan": self.plan,
            "deploy": self.deploy,
            "production": self.production,
            "destroy": self.destroy,
            "publish": self.publish,
        }

    def _role(self, environment: str, github: GitHubConfig, oidc: GitHubOidc, description: str) -> iam.Role:
        return iam.Role(
            self,
            environment.capitalize(),
            assumed_by=oidc.principal(github, environment),
            description=description,
            max_session_duration=cdk.Duration.hours(SESSION_HOURS),
        )

    def _trust_too(self, role: iam.Role, principal: iam.WebIdentityPrincipal) -> None:
        """Let jobs of a second repository assume a role."""
        statement = iam.PolicyStatement(actions=[principal.assume_role_action], principals=[principal])
        if role.assume_role_policy is not None:  # only an imported role has none
            role.assume_role_policy.add_statements(statement)

    def _allow_preflight(self, role: iam.Role) -> None:
        """Allow the requests of the preflight check: whether resources exist, not their contents.

        Of an image it reads the configuration, which alone has the architecture; ECR knows it as one of the layers.
        """
        self._allow(
            role,
            ["ecr:BatchGetImage", "ecr:DescribeRepositories", "ecr:GetDownloadUrlForLayer"],
            [self._arn("ecr", "repository/*")],
        )
        self._allow(role, ["secretsmanager:DescribeSecret"], [self._arn("secretsmanager", "secret:*")])
        self._allow(role, ["acm:DescribeCertificate"], [self._arn("acm", "certificate/*")])
        self._allow(role, ["route53:GetHostedZone"], [self._arn("route53", "hostedzone/*", region="", account="")])
        # What a stack would make a second time.
        provider = self._arn("iam", f"oidc-provider/{GITHUB_TOKEN_ISSUER}", region="")
        self._allow(role, ["iam:GetOpenIDConnectProvider"], [provider])
        version = self._arn("ssm", f"parameter/cdk-bootstrap/{BOOTSTRAP_QUALIFIER}/version")
        self._allow(role, ["ssm:GetParameters"], [version])
        self._allow(role, ["ses:GetEmailIdentity"], [self._arn("ses", "identity/*")])
        # What counts against quotas, and the quotas.
        self._allow(role, ["ecs:DescribeTasks"], [self._arn("ecs", "task/*")])
        self._allow(
            role,
            [
                "ec2:DescribeAddresses",
                "ec2:DescribeVpcs",
                "ecs:ListClusters",
                "ecs:ListTasks",
                "elasticloadbalancing:DescribeAccountLimits",
                "elasticloadbalancing:DescribeLoadBalancers",
                "elasticloadbalancing:DescribeRules",
                "elasticloadbalancing:DescribeTargetGroups",
                "route53:ListHostedZonesByName",
                "servicequotas:GetServiceQuota",
                "ses:GetAccount",
            ],
            ["*"],
        )

    def _allow_evidence(self, role: iam.Role) -> None:
        """Allow to read what is left of tasks that fail in a deployment: definitions, logs, events of services."""
        self._allow(role, ["ecs:DescribeTaskDefinition"], ["*"])
        self._allow(
            role,
            ["ecs:DescribeServices"],
            [self._arn("ecs", "service/*")],
            {"StringEquals": {f"aws:ResourceTag/{KIND_TAG}": sorted(KINDS_OF_APPS)}},
        )
        streams = self._arn("logs", f"log-group:*:log-stream:{CONTAINER_NAME}/*")
        self._allow(role, ["logs:GetLogEvents"], [streams])

    def _allow_change_sets(self, role: iam.Role) -> None:
        self._allow(
            role,
            [
                "cloudformation:CreateChangeSet",
                "cloudformation:DeleteChangeSet",
                "cloudformation:DescribeChangeSet",
            ],
            [self._arn("cloudformation", "stack/*")],
            {"StringLike": {"cloudformation:ChangeSetName": CHANGE_SETS}},
        )
        # Why CloudFormation refuses a change set. The action knows no condition key for its name.
        arns = [self._arn("cloudformation", f"changeSet/{CHANGE_SETS}"), self._arn("cloudformation", "stack/*")]
        self._allow(role, ["cloudformation:DescribeEvents"], arns)

    def _allow_parameters_of_templates(self, role: iam.Role) -> None:
        """Allow to read what templates take from SSM: the newest image of the bastion, and values that bases publish.

        Change sets take it, and so does asking whether a deployed stack has the values of today.
        """
        self._allow(
            role,
            ["ssm:GetParameters"],
            [
                self._arn("ssm", f"parameter{AMAZON_LINUX_IMAGES}*", account=""),
                self._arn("ssm", f"parameter{PUBLISHED_VALUES}*"),
            ],
        )

    def _allow_drift_detection(self, role: iam.Role) -> None:
        self._allow(role, drift_detection.DETECT, [self._arn("cloudformation", "stack/*")])
        self._allow(role, [*drift_detection.FOLLOW, *drift_detection.READ_LISTS], ["*"])
        for (service, resource), actions in drift_detection.READ_NAMED.items():
            self._allow(role, actions, [self._arn(service, resource, region="" if service == "iam" else "*")])
        zones = self._arn("route53", "hostedzone/*", region="", account="")
        self._allow(role, drift_detection.READ_IN_ZONES, [zones])
        own = {"StringEquals": {"aws:ResourceAccount": cdk.Stack.of(self).account}}
        self._allow(role, drift_detection.READ_BUCKET_POLICIES, [self._arn("s3", "*", region="", account="")], own)

    def _allow_sleep(self, role: iam.Role) -> None:
        """Allow to set how many tasks the services of ad hoc environments have: none while they sleep."""
        self._allow(
            role,
            ["ecs:UpdateService"],
            [self._arn("ecs", "service/*")],
            {"StringEquals": {f"aws:ResourceTag/{KIND_TAG}": "ad-hoc-app"}},
        )

    def _allow_deletion(self, role: iam.Role) -> None:
        """Allow to delete environments, and what ad hoc ones have logged.

        CloudFormation deletes with the role that it deployed with.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
        """
        self._allow(
            role,
            ["cloudformation:DeleteStack", "cloudformation:UpdateTerminationProtection"],
            [self._arn("cloudformation", "stack/*")],
            {"StringEquals": {f"aws:ResourceTag/{KIND_TAG}": KINDS_OF_ENVIRONMENTS}},
        )
        groups = [self._arn("logs", "log-group:*")]
        self._allow(role, ["logs:DescribeLogGroups"], ["*"])
        self._allow(role, ["logs:ListTagsForResource"], groups)
        self._allow(
            role,
            ["logs:DeleteLogGroup", "logs:PutRetentionPolicy"],
            groups,
            {"StringEquals": {f"aws:ResourceTag/{KIND_TAG}": "ad-hoc-app"}},
        )

    def _allow_publishing(self, role: iam.Role, repositories: Sequence[str]) -> None:
        """Allow to push to repositories of these names, in every region that has them."""
        self._allow(role, image_publishing.LOG_IN, ["*"])
        if repositories:
            arns = [self._arn("ecr", f"repository/{name}") for name in repositories]
            self._allow(role, image_publishing.PUSH, arns)

    def _allow(
        self,
        role: iam.Role,
        actions: Sequence[str],
        resources: Sequence[str],
        conditions: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        role.add_to_policy(
            iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=conditions or {})
        )
        for arn in resources:
            acknowledge(role, {wildcard_finding(self, arn): "Stacks and what they need are made later, in any region"})

    def _arn(self, service: str, resource: str, *, region: str = "*", account: str | None = None) -> str:
        return cdk.Stack.of(self).format_arn(
            service=service,
            resource=resource,
            region=region,
            account=account,
            arn_format=cdk.ArnFormat.NO_RESOURCE_NAME,
        )

    def _bootstrap_role(self, purpose: str) -> str:
        account = cdk.Stack.of(self).account
        return self._arn("iam", f"role/cdk-{BOOTSTRAP_QUALIFIER}-{purpose}-role-{account}-*", region="")
