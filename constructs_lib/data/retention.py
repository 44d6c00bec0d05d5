"""What production keeps when its stack is deleted."""

import aws_cdk as cdk
from constructs import IConstruct


def keep(*constructs: IConstruct) -> None:
    """Keep all resources of constructs when their stack is deleted, but not when its creation fails."""
    for construct in constructs:
        for part in construct.node.find_all():
            if isinstance(part, cdk.CfnResource):
                part.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
