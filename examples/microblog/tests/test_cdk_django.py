"""An application that knows cdk-django's variables only starts with those of a container."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.servers import CONTRACT

ROOT = Path(__file__).resolve().parent.parent
CODE = """
import boto3, django
from moto import mock_aws

mock_aws().start()
boto3.client("secretsmanager").create_secret(Name="alpha-database", SecretString="only Secrets Manager knows it")
boto3.client("s3").create_bucket(Bucket="assets")

django.setup()

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client

call_command("migrate", verbosity=0)
print(settings.DATABASES["default"]["PASSWORD"])
print(Client().get("/api/health-check/").content.decode())
default_storage.save("a.txt", ContentFile(b"hello"))
print([file["Key"] for file in boto3.client("s3").list_objects_v2(Bucket="assets")["Contents"]])
"""


@pytest.mark.django_db
def test_it_migrates_answers_and_keeps_files_with_the_variables_of_a_container() -> None:
    environment = {
        **CONTRACT,
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "tests.cdk_django_settings",
        "DB_SECRET_NAME": "alpha-database",
        "POSTGRES_SERVICE_HOST": os.environ["POSTGRES_SERVICE_HOST"],
        "POSTGRES_NAME": "postgres",
        "POSTGRES_USERNAME": "postgres",
        # The test's server has a port of its own; on AWS it is the default.
        "REDIS_SERVICE_PORT": str(urlsplit(os.environ["REDIS_URL"]).port),
        "S3_BUCKET_NAME": "assets",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }

    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "only Secrets Manager knows it",
        '{"users": 0}',
        "['a.txt']",
    ]
