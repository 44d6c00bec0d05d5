"""REDIS_URL of an application whose cache asks for a password."""

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.config.naming import CACHE_USERNAME
from constructs_lib.network.ports import CACHE_PORT


class CacheUrl(Construct):
    """A secret whose whole string is the URL, since ECS cannot put a password into a variable.

    Celery refuses a URL of TLS that does not say how the server's certificate is checked; redis-py, and with it Django
    and django-redis, reads the same parameter.
    https://docs.celeryq.dev/en/stable/userguide/configuration.html#redis-backend-use-ssl

    The template holds a dynamic reference where the password belongs; CloudFormation resolves it when it creates or
    changes the secret. A new password is therefore not taken over by itself: docs/security.md.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        password_arn: str,
        host: str,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        password = cdk.Fn.join("", ["{{resolve:secretsmanager:", password_arn, ":SecretString:::}}"])
        secret = secretsmanager.Secret(
            self,
            "Secret",
            description="REDIS_URL with the cache's password",
            removal_policy=removal_policy,
            secret_string_value=cdk.SecretValue.unsafe_plain_text(
                cdk.Fn.join(
                    "",
                    [
                        "rediss://",
                        CACHE_USERNAME,
                        ":",
                        password,
                        "@",
                        host,
                        f":{CACHE_PORT}/0?ssl_cert_reqs=required",
                    ],
                )
            ),
        )
        acknowledge(secret, {"AwsSolutions-SMG4": "It changes with the cache's password, by a deployment"})
        self.variable = ecs.Secret.from_secrets_manager(secret)
