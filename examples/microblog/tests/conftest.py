"""Fixtures for all tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from config import app
from microblog.accounts.models import User
from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def _clean_cache_and_files() -> Iterator[None]:
    yield
    cache.clear()
    shutil.rmtree(os.environ["MEDIA_ROOT"], ignore_errors=True)


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Settings) -> None:
    """Hash passwords fast: that it is slow on purpose is Django's own concern."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _eager() -> Iterator[None]:
    """Run tasks where they are asked for; the tests of real workers start real ones."""

    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def client() -> Client:
    """A browser whose requests came over TLS to the load balancer."""
    return Client(headers={"host": "alpha.dev.example.com", "x-forwarded-proto": "https"})


@pytest.fixture
def user(db: None) -> User:  # noqa: ARG001
    return UserFactory.create()


@pytest.fixture
def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client
