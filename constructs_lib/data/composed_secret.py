"""Secrets that contain the values of others, since ECS can put a secret into no part of a variable."""

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from constructs_lib.acknowledge import acknowledge


def value_of(secret_arn: str) -> str:
    """Return the dynamic reference to the whole string of a secret, which only a secret may contain.

    CloudFormation resolves it when it creates or changes the resource that holds it.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
    """
    return cdk.Fn.join("", ["{{resolve:secretsmanager:", secret_arn, ":SecretString:::}}"])


class ComposedSecret(Construct):
    """A secret whose whole string is `text`, with dynamic references where values of other secrets belong.

    A new value of one of them is not taken over by itself: docs/operations.md, *Rotating secrets*.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, description: str, text: str, removal_policy: cdk.RemovalPolicy
    ) -> None:
        super().__init__(scope, construct_id)
        self.text = text
        secret = secretsmanager.Secret(
            self,
            "Secret",
            description=description,
            removal_policy=removal_policy,
            secret_string_value=cdk.SecretValue.unsafe_plain_text(text),
        )
        acknowledge(secret, {"AwsSolutions-SMG4": "It changes with the secrets that it contains, by a deployment"})
        self.variable = ecs.Secret.from_secrets_manager(secret)
