"""REDIS_URL of an application whose cache asks for a password."""

import aws_cdk as cdk
from constructs import Construct

from constructs_lib.config.naming import CACHE_USERNAME
from constructs_lib.data.composed_secret import ComposedSecret, value_of
from constructs_lib.network.ports import CACHE_PORT


class CacheUrl(ComposedSecret):
    """A secret whose whole string is the URL; `password_arn` is None where the cache takes neither TLS nor a user.

    Celery refuses a URL of TLS that does not say how the server's certificate is checked; redis-py, and with it Django
    and django-redis, reads the same parameter.
    https://docs.celeryq.dev/en/stable/userguide/configuration.html#redis-backend-use-ssl
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        password_arn: str | None,
        host: str,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        if password_arn is None:
            parts, ending = ["redis://", host], ""
        else:
            parts = ["rediss://", CACHE_USERNAME, ":", value_of(password_arn), "@", host]
            ending = "?ssl_cert_reqs=required"
        super().__init__(
            scope,
            construct_id,
            description="REDIS_URL with the cache's password" if password_arn else "REDIS_URL",
            text=cdk.Fn.join("", [*parts, f":{CACHE_PORT}/0{ending}"]),
            removal_policy=removal_policy,
        )
