"""What an AWS account needs once: how GitHub gets in, what environments may become, images, a zone, a budget."""

import aws_cdk as cdk
from aws_cdk import aws_route53 as route53
from constructs import Construct

from constructs_lib.access.budget import Budget
from constructs_lib.access.deployment_roles import DeploymentRoles
from constructs_lib.access.github_oidc import GitHubOidc
from constructs_lib.access.permissions_boundary import PermissionsBoundary
from constructs_lib.access.registry import Registry
from constructs_lib.config.model import AccountConfig
from constructs_lib.config.naming import HOSTED_ZONE_OUTPUT, NAME_SERVERS_OUTPUT, role_output


class Account(Construct):
    """Replaces long-lived keys. An administrator deploys it, since it decides what everybody else may do."""

    def __init__(self, scope: Construct, construct_id: str, *, config: AccountConfig) -> None:
        super().__init__(scope, construct_id)
        if config.github is not None:
            oidc = GitHubOidc(self, "GitHub", existing=config.github.existing_oidc_provider)
            self.roles = DeploymentRoles(
                self, "Roles", github=config.github, oidc=oidc, repositories=config.repositories
            )
            PermissionsBoundary(self, "Boundary")
            for environment, role in self.roles.by_environment.items():
                self._publish(role_output(environment), role.role_arn)
        Registry(self, "Registry", repositories=config.repositories)
        if config.domain is not None:
            zone = route53.PublicHostedZone(self, "Zone", zone_name=config.domain)
            zone.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
            self._publish(HOSTED_ZONE_OUTPUT, zone.hosted_zone_id)
            self._publish(NAME_SERVERS_OUTPUT, cdk.Fn.join(" ", zone.hosted_zone_name_servers or []))
        if config.monthly_budget_usd is not None and config.alarm_email is not None:
            Budget(self, "Budget", monthly_usd=config.monthly_budget_usd, email=config.alarm_email)

    def _publish(self, output: str, value: str) -> None:
        cdk.CfnOutput(self, output, value=value).override_logical_id(output)
