"""Settings as an application for the cdk-django construct library has them: its variables, its names, nothing of ours.

DB_SECRET_NAME names a secret whose whole string is the password, and the cache is a host without TLS.
"""

from __future__ import annotations

import os

import boto3

SECRET_KEY = os.environ.get("SECRET_KEY", "cdk-django has none")
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "storages"]
ROOT_URLCONF = "tests.cdk_django_urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True


def _password() -> str:
    client = boto3.client("secretsmanager", region_name=os.environ.get("AWS_REGION", "us-east-1"))
    return client.get_secret_value(SecretId=os.environ["DB_SECRET_NAME"])["SecretString"]


DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["POSTGRES_NAME"],
        "USER": os.environ["POSTGRES_USERNAME"],
        "PASSWORD": _password(),
        "HOST": os.environ["POSTGRES_SERVICE_HOST"],
        "PORT": os.environ.get("POSTGRES_SERVICE_PORT", "5432"),
    }
}

_REDIS = f"redis://{os.environ['REDIS_SERVICE_HOST']}:{os.environ.get('REDIS_SERVICE_PORT', '6379')}"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": f"{_REDIS}/0"}}
CELERY_BROKER_URL = f"{_REDIS}/1"

FRONTEND_URL = os.environ["FRONTEND_URL"]
DOMAIN_NAME = os.environ["DOMAIN_NAME"]
STORAGES = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": os.environ["S3_BUCKET_NAME"], "location": ""},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_URL = "/static/"
