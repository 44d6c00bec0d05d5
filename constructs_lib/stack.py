"""The stack of one environment: its name, its place, its tags."""

import aws_cdk as cdk
from constructs import Construct

from constructs_lib.access.role_path import RolePath
from constructs_lib.config.environments import Environment
from constructs_lib.config.model import AccountConfig, AdHocBaseConfig, ProdBaseConfig
from constructs_lib.config.naming import BOOTSTRAP_QUALIFIER, ENVIRONMENT_TAG, KIND_TAG, PERMISSIONS_BOUNDARY

AVAILABILITY_ZONES = 3
"""Zones a stack may choose from; every region has at least three for new accounts."""


class EnvironmentStack(cdk.Stack):
    """The CloudFormation stack of one declaration. Synthesis needs no credentials and no look-ups.

    An account's stack is deployed with the credentials of an administrator, without the CDK's roles, since these come
    after it. Every role in another stack has the permissions boundary that the account's stack makes, and a path that
    the boundary ends at.
    """

    def __init__(self, scope: Construct, environment: Environment) -> None:
        config = environment.config
        of_account = isinstance(config, AccountConfig)
        letters = config.network.zones if isinstance(config, AdHocBaseConfig | ProdBaseConfig) else ()
        self._declared_zones = [f"{environment.region}{letter}" for letter in letters]
        super().__init__(
            scope,
            environment.name.stack,
            stack_name=environment.name.stack,
            env=cdk.Environment(account=environment.account_id, region=environment.region),
            description=f"{environment.kind} {environment.name}",
            tags={ENVIRONMENT_TAG: str(environment.name), KIND_TAG: environment.kind},
            termination_protection=environment.kind != "ad-hoc-app",
            synthesizer=(
                cdk.LegacyStackSynthesizer()  # BootstraplessSynthesizer names the CDK's default roles
                if of_account
                # The CDK's CLI looks at the version of the bootstrap, too.
                else cdk.DefaultStackSynthesizer(qualifier=BOOTSTRAP_QUALIFIER, generate_bootstrap_version_rule=False)
            ),
            permissions_boundary=None if of_account else cdk.PermissionsBoundary.from_name(PERMISSIONS_BOUNDARY),
            property_injectors=[] if of_account else [RolePath()],
            analytics_reporting=False,
        )

    @property
    def availability_zones(self) -> list[str]:
        """The declared zones, or the region's first as deploy-time values: names would need a look-up in the account.

        Which zones an account has, and what their letters mean, differs.
        https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html
        """
        return self._declared_zones or [cdk.Fn.select(index, cdk.Fn.get_azs()) for index in range(AVAILABILITY_ZONES)]
