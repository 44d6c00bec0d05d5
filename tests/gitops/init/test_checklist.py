"""What the settings of an application say about its environment. Each right setting is told from a wrong one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.config.environments import load
from constructs_lib.config.naming import EnvironmentName
from gitops.init.checklist import Check, check
from gitops.init.python_source import PythonSource
from tests.gitops.checkouts import CommandLine

Checks = Callable[..., dict[str, Check]]

GOOD = """\
import os
ALLOWED_HOSTS = ["*"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
INSTALLED_APPS = ["django.contrib.staticfiles"]
MIDDLEWARE = ["whitenoise.middleware.WhiteNoiseMiddleware"]
STATIC_ROOT = "staticfiles"
PASSWORD = os.environ["POSTGRES_PASSWORD"]
LEVEL = os.environ.get("LEVEL", "INFO")
"""
HEADER = 'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")\n'


@pytest.fixture
def checks(bare_checkout: CommandLine, tmp_path: Path) -> Checks:
    """Check settings of the app dev/alpha, with more fields of it and of its base."""

    def found(
        settings: str, *, app: str = "", base: str = "", more: str = "", module: str = "shop.settings"
    ) -> dict[str, Check]:
        bare_checkout.account("111111111111")
        bare_checkout.base("dev")
        bare_checkout.app("dev/alpha")
        for name, text in (("alpha", f"settings_module: {module}\n{app}"), ("base", base)):
            file = bare_checkout.root / "environments" / "dev" / f"{name}.yaml"
            file.write_text(file.read_text().replace('environment: {BEHAVIOUR: ""}\n', "") + text)
        source = tmp_path / "source" / "shop"
        source.mkdir(parents=True, exist_ok=True)
        (source / "settings.py").write_text(settings)
        (source / "common.py").write_text(more)
        alpha = load(bare_checkout.root / "environments")[EnvironmentName("dev", "alpha")]
        return {one.subject: one for one in check(PythonSource(source.parent), alpha)}

    return found


def test_good_settings_are_ok(checks: Checks) -> None:
    found = checks(GOOD)

    assert {one.state for one in found.values()} == {"ok"}
    assert found.keys() == {
        "variables",
        "DEBUG",
        "ALLOWED_HOSTS",
        "SECURE_PROXY_SSL_HEADER",
        "CSRF_TRUSTED_ORIGINS",
        "static files",
    }


def test_without_its_module_nothing_else_is_said(checks: Checks) -> None:
    found = checks(GOOD, module="other.settings")

    assert [(one.subject, one.state) for one in found.values()] == [("DJANGO_SETTINGS_MODULE", "wrong")]
    assert found["DJANGO_SETTINGS_MODULE"].found.startswith("other.settings is not below")


@pytest.mark.parametrize(
    ("line", "app", "base", "missing"),
    [
        ('X = os.environ["SHOP_KEY"]', "", "", "SHOP_KEY"),
        ('X = os.environ["SHOP_KEY"]', 'environment: {SHOP_KEY: "1"}\n', "", None),
        ('X = os.environ["SHOP_KEY"]', "secrets: {SHOP_KEY: dev/shop}\n", "", None),
        ('X = os.environ["SHOP_KEY"]', 'services: {web: {environment: {SHOP_KEY: "1"}}}\n', "", None),
        ('X = os.environ["POSTGRES_NAME"]', "", "", None),
        ('X = os.environ["POSTGRES_NAME"]', "default_variables: false\n", "", "POSTGRES_NAME"),
        ('X = os.environ["DEFAULT_FROM_EMAIL"]', "", "", "DEFAULT_FROM_EMAIL"),
        ('X = os.environ["DEFAULT_FROM_EMAIL"]', "", "mail: true\n", None),
        ('X = os.environ.get("SHOP_KEY", "")', "", "", None),
    ],
)
def test_a_variable_that_nothing_sets_is_wrong(
    line: str, app: str, base: str, missing: str | None, checks: Checks
) -> None:
    settings = GOOD.replace('PASSWORD = os.environ["POSTGRES_PASSWORD"]\n', "") + line

    found = checks(settings, app=app, base=base)

    wrong = [one for one in found.values() if one.state == "wrong"]
    assert [one.subject for one in wrong] == ([missing] if missing else [])
    assert all("shop/settings.py:8" in one.found for one in wrong)
    assert ("variables" in found) == (missing is None)


@pytest.mark.parametrize(
    ("line", "app", "state"),
    [
        ("", "", "ok"),
        ("DEBUG = False\nif DEBUG:\n    pass", "", "ok"),
        ("DEBUG = True", "", "wrong"),
        ('DEBUG = os.environ.get("SHOP_DEBUG", "1") == "1"', "", "wrong"),
        ('DEBUG = os.environ.get("SHOP_DEBUG", "1") == "1"', 'environment: {SHOP_DEBUG: "0"}\n', "not judged"),
        ('DEBUG = os.environ.get("SHOP_DEBUG", "") == "1"', "", "not judged"),
        ("DEBUG = True\nif HOST:\n    DEBUG = False", "", "not judged"),
    ],
)
def test_debug_that_is_on_is_wrong(line: str, app: str, state: str, checks: Checks) -> None:
    found = checks(f"{GOOD}{line}\n", app=app)["DEBUG"]

    assert found.state == state
    assert bool(found.remedy) == (state == "wrong")


@pytest.mark.parametrize(
    ("reading", "off"),
    [
        ('os.environ.get("SHOP_DEBUG", "1") == "1"', "False"),
        ('int(os.environ.get("SHOP_DEBUG", 1))', "0"),
        ('bool(os.environ.get("SHOP_DEBUG", True))', ""),  # bool("False") is True
    ],
)
def test_what_turns_debug_off_is_what_its_reader_takes_for_off(reading: str, off: str, checks: Checks) -> None:
    found = checks(f"{GOOD}DEBUG = {reading}\n")

    assert found["DEBUG"].remedy == f'environment: {{SHOP_DEBUG: "{off}"}}'


def test_a_variable_that_only_a_branch_reads_is_not_judged(checks: Checks) -> None:
    found = checks(f'{GOOD}if ALLOWED_HOSTS:\n    X = os.environ["SHOP_KEY"]\n')

    assert found["SHOP_KEY"].state == "not judged"
    assert found["SHOP_KEY"].found.endswith("it stands in a branch")


def test_a_variable_s_remedy_has_the_value_that_its_name_calls_for(checks: Checks) -> None:
    found = checks(f'{GOOD}X = os.environ["DATABASE_URL"]\nY = os.environ["SHOP_KEY"]\n')

    assert found["DATABASE_URL"].remedy.startswith('environment: {DATABASE_URL: "{database.url}"}')
    assert found["SHOP_KEY"].remedy.startswith("environment: {SHOP_KEY: …}")


@pytest.mark.parametrize(
    ("hosts", "state"),
    [
        ('ALLOWED_HOSTS = ["*"]', "ok"),
        ("ALLOWED_HOSTS = []", "wrong"),
        ("", "wrong"),
        ('ALLOWED_HOSTS = ["shop.example.com"]', "wrong"),
        ('ALLOWED_HOSTS = [".dev.example.com"]', "wrong"),
        ('ALLOWED_HOSTS = os.environ.get("HOSTS", "*").split(",")', "not judged"),
        ('ALLOWED_HOSTS = []\nALLOWED_HOSTS += ["*"]', "not judged"),
        ("if not os.environ.get('DEBUG'):\n    ALLOWED_HOSTS = ['*']", "not judged"),
        ("ALLOWED_HOSTS = {[]: 1}", "not judged"),
        ("from shop.common import *", "ok"),
    ],
)
def test_hosts(hosts: str, state: str, checks: Checks) -> None:
    settings = GOOD.replace('ALLOWED_HOSTS = ["*"]', hosts)

    assert checks(settings, more='ALLOWED_HOSTS = ["*"]\n')["ALLOWED_HOSTS"].state == state


def test_a_host_that_is_listed_alone_fails_health_checks(checks: Checks) -> None:
    found = checks(GOOD.replace('["*"]', '["alpha.dev.example.com"]'))["ALLOWED_HOSTS"]

    assert "not a task's own address" in found.found
    assert '["*"]' in found.remedy


@pytest.mark.parametrize(
    ("lines", "header", "origins"),
    [
        (HEADER, "ok", "ok"),
        ("", "wrong", "wrong"),
        ('CSRF_TRUSTED_ORIGINS = ["https://alpha.dev.example.com"]', "wrong", "ok"),
        ('CSRF_TRUSTED_ORIGINS = ["https://*.dev.example.com"]', "wrong", "ok"),
        ('CSRF_TRUSTED_ORIGINS = ["alpha.dev.example.com"]', "wrong", "wrong"),
        ('CSRF_TRUSTED_ORIGINS = [os.environ.get("FRONTEND_URL")]', "wrong", "not judged"),
        ('SECURE_PROXY_SSL_HEADER = ("HTTP_X_PROTO", "https")', "not judged", "wrong"),
    ],
)
def test_https_behind_the_load_balancer(lines: str, header: str, origins: str, checks: Checks) -> None:
    found = checks(GOOD.replace(HEADER, f"{lines}\n"))

    assert (found["SECURE_PROXY_SSL_HEADER"].state, found["CSRF_TRUSTED_ORIGINS"].state) == (header, origins)


def test_a_redirect_that_never_ends_is_named(checks: Checks) -> None:
    redirecting = checks(GOOD.replace(HEADER, "SECURE_SSL_REDIRECT = True\n"))["SECURE_PROXY_SSL_HEADER"]
    plain = checks(GOOD.replace(HEADER, ""))["SECURE_PROXY_SSL_HEADER"]

    assert "redirects for ever" in redirecting.found
    assert "redirects" not in plain.found


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("whitenoise.middleware.WhiteNoiseMiddleware", "shop.middleware", "wrong"),
        ('STATIC_ROOT = "staticfiles"', "", "wrong"),
        ("django.contrib.staticfiles", "shop", "ok"),
    ],
)
def test_static_files(old: str, new: str, state: str, checks: Checks) -> None:
    assert checks(GOOD.replace(old, new))["static files"].state == state
