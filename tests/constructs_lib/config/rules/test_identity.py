"""What belongs to one declaration alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError

Write = Callable[..., Path]

BASE = """\
kind: prod-base
account: main
domain: {folder}.example.com
hosted_zone_id: Z0123456789ABCDEFGHIJ
network: {{cidr: 10.{number}.0.0/16}}
app_defaults:
  owner: octocat
  repository: microblog
  image: v1
  services: {{web: {{port: 8000, paths: ["/*"]}}}}
"""
APP = "kind: prod-app\n"


def test_second_app_of_a_production_base_is_refused(write: Write) -> None:
    base = BASE.format(folder="prod", number=40)

    with pytest.raises(DeclarationError) as error:
        load(write({"prod/base.yaml": base, "prod/app.yaml": APP, "prod/shop.yaml": APP}))

    errors = [line for line in str(error.value).splitlines() if "warning" not in line]
    (message,) = errors
    assert message == (
        "environments/prod/shop.yaml:1:1: prod/base has the app prod/app already, and one cache, which two apps cannot"
        " share; move this file to a base of its own"
    )


def test_apps_on_production_bases_of_their_own_are_taken(write: Write) -> None:
    bases = {
        f"{folder}/base.yaml": BASE.format(folder=folder, number=40 + n) for n, folder in enumerate(("live", "shop"))
    }

    load(write({**bases, "live/app.yaml": APP, "shop/app.yaml": APP}))


def test_service_of_an_ad_hoc_app_with_the_name_of_its_cache_is_refused(write: Write) -> None:
    app = "kind: ad-hoc-app\nexpires: 2026-12-01\nservices:\n  cache: {command: [redis-server]}\n"

    with pytest.raises(DeclarationError, match=r"alpha\.yaml:4:\d+: services\.cache: cache is the name of the Valkey"):
        load(write({"dev/alpha.yaml": app}))


def test_production_may_have_a_service_of_that_name(write: Write) -> None:
    app = f"{APP}services:\n  cache: {{command: [redis-server]}}\n"

    load(write({"prod/base.yaml": BASE.format(folder="prod", number=40), "prod/app.yaml": app}))
