"""The IAM path of what environments own: changes of roles and instance profiles end at it."""

from collections.abc import Mapping
from typing import Any, cast

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.config.naming import ROLE_PATH


@jsii.implements(cdk.IPropertyInjector)
class RolePath:
    """Gives every role of a stack the path, those that the CDK makes by itself too.

    https://docs.aws.amazon.com/cdk/v2/guide/blueprints.html
    """

    @property
    def construct_unique_id(self) -> str:
        """The class of constructs whose properties are set."""
        return iam.Role.PROPERTY_INJECTION_ID

    def inject(self, original_props: Mapping[str, Any], *, id: str, scope: Construct) -> Mapping[str, Any]:  # noqa: A002, ARG002 # the names of the interface
        """Return the properties of a role, with the path."""
        return {**original_props, "path": ROLE_PATH}


def put_profile_into_path(instance: ec2.Instance) -> None:
    """Give the instance profile that the CDK makes for an instance the path."""
    cast("iam.CfnInstanceProfile", instance.node.find_child("InstanceProfile")).path = ROLE_PATH
