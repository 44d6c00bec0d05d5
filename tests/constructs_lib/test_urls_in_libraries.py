"""URLs of references, as templates compose them, read by the libraries that applications read them with."""

from __future__ import annotations

import re
import ssl
import string
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import dj_database_url
import environ
import pytest
import redis
from celery import Celery
from django.conf import settings
from django.core.cache.backends.redis import RedisCache
from django_redis.cache import RedisCache as DjangoRedis

from constructs_lib.config.naming import CACHE_USERNAME, EnvironmentName
from tests.constructs_lib.resources import of_type
from tests.constructs_lib.synthesis import one_service
from tests.constructs_lib.test_variables import WEB, ad_hoc, production, task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.constructs_lib.synthesis import Synthesise

# What Secrets Manager draws from without punctuation:
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
ALPHABET = string.ascii_letters + string.digits
HOST = "server.example.com"
DATABASE = EnvironmentName("dev", "alpha").database
PASSWORD = ALPHABET[-48:]
DECLARED = {
    "DATABASE_URL": "{database.url}",
    "WITH_OPTIONS": "{database.url}?sslmode=require",
    "POSTGIS": "postgis://{database.username}:{database.password}@{database.host}:{database.port}/{database.name}",
    "CACHE_URL": "{cache.url}",
}


def joined(value: Any) -> str:
    """Return the text that CloudFormation makes of a value; what it looks up is a host."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return str(separator).join(map(joined, parts))
    return HOST


def composed(template: dict[str, Any], value_from: Any) -> str:
    """Return the value of a secret that a variable refers to, with a password for each dynamic reference."""
    text = joined(template["Resources"][value_from["Ref"]]["Properties"]["SecretString"])
    return re.sub(r"\{\{resolve:secretsmanager:.*?:SecretString:::\}\}", PASSWORD, text)


@pytest.fixture
def urls(synthesise: Synthesise) -> Mapping[str, str]:
    """The values of an ad hoc app."""
    template = ad_hoc(synthesise, replace(one_service(WEB), environment=DECLARED))
    plain, secrets = task(template)
    return {name: composed(template, secrets[name]) if name in secrets else plain[name] for name in DECLARED}


@pytest.fixture
def cache_of_production(synthesise: Synthesise) -> str:
    template = production(synthesise, environment={"CACHE_URL": "{cache.url}"})
    return composed(template, task(template)[1]["CACHE_URL"])


def database(url: str) -> dict[str, Any]:
    names = ("NAME", "USER", "PASSWORD", "PORT")
    read = {"environ": environ.Env.db_url_config(url), "dj_database_url": dj_database_url.parse(url)}
    assert {library: [found[name] for name in names] for library, found in read.items()} == {
        library: [DATABASE, DATABASE, PASSWORD, 5432] for library in read
    }
    assert read["environ"]["HOST"] == read["dj_database_url"]["HOST"] != ""
    assert read["environ"]["ENGINE"] == read["dj_database_url"]["ENGINE"]
    assert read["environ"].get("OPTIONS", {}) == read["dj_database_url"].get("OPTIONS", {})
    return dict(read["environ"])


@pytest.fixture(autouse=True, scope="module")
def configured() -> None:
    """Let django-redis look its options up, of which none is set."""
    if not settings.configured:
        settings.configure()


def connection(cache: RedisCache | DjangoRedis) -> Any:
    """Return a connection that a cache of Django would use, not opened."""
    client = cache.client.get_client(write=True) if isinstance(cache, DjangoRedis) else cache._cache.get_client()
    return client.connection_pool.make_connection()


def where(opened: Any) -> tuple[object, ...]:
    return opened.host, opened.port, opened.db, opened.username, opened.password


def test_database_is_read_by_django_environ_and_dj_database_url(urls: Mapping[str, str]) -> None:
    assert database(urls["DATABASE_URL"])["ENGINE"] == "django.db.backends.postgresql"
    assert database(urls["POSTGIS"])["ENGINE"] == "django.contrib.gis.db.backends.postgis"
    assert database(urls["WITH_OPTIONS"])["OPTIONS"] == {"sslmode": "require"}


def test_passwords_have_nothing_that_a_url_would_have_to_escape(synthesise: Synthesise) -> None:
    template = ad_hoc(synthesise, replace(one_service(WEB), environment=DECLARED))
    generated = [
        secret["GenerateSecretString"]
        for secret in of_type(template, "AWS::SecretsManager::Secret")
        if "GenerateSecretString" in secret
    ]

    assert len(generated) == 2
    assert all(made["ExcludePunctuation"] for made in generated)
    # Without that, libraries would read something else: the password ends at the `#`, or there is none.
    url = f"postgresql://dev_alpha:a#b@c/d?{PASSWORD}@server.example.com:5432/dev_alpha"
    assert environ.Env.db_url_config(url).get("PASSWORD") != f"a#b@c/d?{PASSWORD}"


@pytest.mark.parametrize("backend", [RedisCache, DjangoRedis])
def test_cache_of_an_ad_hoc_app_is_read(urls: Mapping[str, str], backend: type[RedisCache]) -> None:
    read = environ.Env.cache_url_config(urls["CACHE_URL"], backend=f"{backend.__module__}.{backend.__name__}")

    opened = connection(backend(read["LOCATION"], {"OPTIONS": read.get("OPTIONS", {})}))

    assert where(opened) == ("cache.alpha.dev.internal", 6379, 0, None, None)
    assert not isinstance(opened, redis.SSLConnection)


@pytest.mark.parametrize("backend", [RedisCache, DjangoRedis])
@pytest.mark.parametrize("reads_url_itself", [True, False])
def test_cache_of_production_is_read_with_tls_user_and_password(
    cache_of_production: str, backend: type[RedisCache], *, reads_url_itself: bool
) -> None:
    read: dict[str, Any] = {"LOCATION": cache_of_production}
    if not reads_url_itself:
        read = environ.Env.cache_url_config(cache_of_production, backend=f"{backend.__module__}.{backend.__name__}")

    opened = connection(backend(read["LOCATION"], {"OPTIONS": read.get("OPTIONS", {})}))

    assert where(opened) == (HOST, 6379, 0, CACHE_USERNAME, PASSWORD)
    assert isinstance(opened, redis.SSLConnection)
    assert opened.cert_reqs == ssl.CERT_REQUIRED


def test_broker_and_result_backend_of_production_check_the_certificate(cache_of_production: str) -> None:
    app = Celery("shop", broker=cache_of_production, backend=cache_of_production)

    backend, broker = app.backend.connparams, app.connection_for_write()

    assert (backend["username"], backend["password"], backend["port"]) == (CACHE_USERNAME, PASSWORD, 6379)
    assert backend["ssl_cert_reqs"] == ssl.CERT_REQUIRED
    assert (broker.userid, broker.password, broker.port) == (CACHE_USERNAME, PASSWORD, 6379)
    assert broker.ssl == {"ssl_cert_reqs": ssl.CERT_REQUIRED}
