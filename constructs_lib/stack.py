"""The stack of one environment: its name, its place, its tags."""

import aws_cdk as cdk
from constructs import Construct

from constructs_lib.config.environments import Environment

AVAILABILITY_ZONES = 3
"""Zones a stack may choose from; every region has at least three for new accounts."""


class EnvironmentStack(cdk.Stack):
    """The CloudFormation stack of one declaration. Synthesis needs no credentials and no look-ups."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(
            scope,
            environment.name.stack,
            stack_name=environment.name.stack,
            env=cdk.Environment(account=environment.account_id, region=environment.region),
            description=f"{environment.kind} {environment.name}",
            tags={"gitops:environment": str(environment.name), "gitops:kind": environment.kind},
            termination_protection=environment.name.is_base or environment.kind.startswith("prod-"),
            analytics_reporting=False,
        )

    @property
    def availability_zones(self) -> list[str]:
        """The region's zones as deploy-time values: concrete names would need a look-up in the account."""
        return [cdk.Fn.select(index, cdk.Fn.get_azs()) for index in range(AVAILABILITY_ZONES)]
