"""The environment variables every container of an application gets by default.

They are those of the cdk-django construct library, so that an application written for it runs unchanged, plus
POSTGRES_PASSWORD and SECRET_KEY (which ECS takes from Secrets Manager) and REDIS_URL. Each means what it meant there:
DOMAIN_NAME is the domain of the base, and the application answers at FRONTEND_URL.

Production leaves out REDIS_SERVICE_HOST, unless its base has a cache without TLS: others ask for TLS, a user and a
password, which only REDIS_URL has. An application that connects with the host alone would try for ever.
"""

VARIABLES = frozenset(
    {
        "APP_NAME",
        "BASE_STACK_NAME",
        "DB_SECRET_NAME",
        "DJANGO_SETTINGS_MODULE",
        "DOMAIN_NAME",
        "FRONTEND_URL",
        "POSTGRES_NAME",
        "POSTGRES_SERVICE_HOST",
        "POSTGRES_USERNAME",
        "REDIS_SERVICE_HOST",
        "REDIS_URL",
        "S3_BUCKET_NAME",
    }
)
"""Set from the declaration and its base; a declaration cannot set them itself, unless it does without
`default_variables`.

SENTRY_DSN is part of the contract too, and left to the declaration: the application must run without it.
"""

SETTINGS_MODULE = "DJANGO_SETTINGS_MODULE"
"""The one variable that is set without `default_variables` too: Django itself reads it."""

CACHE_URL = "REDIS_URL"
"""A plain variable of ad hoc environments, whose caches have no password; a secret in production."""

NOT_IN_PRODUCTION = frozenset({"REDIS_SERVICE_HOST"})
"""Variables that production has only with a cache that takes neither TLS nor a user."""

SECRETS = frozenset({"POSTGRES_PASSWORD", "SECRET_KEY"})
"""Injected by ECS from Secrets Manager into the services that get secrets; a declaration cannot set them itself."""

DEFAULT_SENDER = "DEFAULT_FROM_EMAIL"
"""Set on bases with `mail`, and left to declarations that set it themselves: any address of the domain will do.

https://docs.djangoproject.com/en/stable/ref/settings/#default-from-email
"""

DATABASE_PASSWORD = "POSTGRES_PASSWORD"  # noqa: S105 # the name of a variable
"""The secret that goes with the application's role, which may read the password itself."""


def mail_sender(domain: str) -> str:
    """Return the address that mail comes from where nothing else was said."""
    return f"noreply@{domain}"
