"""The environment variables every container of an application gets.

They are those of the cdk-django construct library, so that an application written for it runs unchanged, plus
POSTGRES_PASSWORD and SECRET_KEY (which ECS takes from Secrets Manager) and REDIS_URL.
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
"""Set from the declaration and its base; a declaration cannot set them itself.

SENTRY_DSN is part of the contract too, and left to the declaration: the application must run without it.
"""

SECRETS = frozenset({"POSTGRES_PASSWORD", "SECRET_KEY"})
"""Injected by ECS from Secrets Manager; a declaration cannot set them itself."""
