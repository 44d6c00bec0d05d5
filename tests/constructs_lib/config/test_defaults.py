"""What `null` in an app's file does to the defaults of its base."""

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.images import ImageName
from constructs_lib.config.model import AdHocAppConfig
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.config.schema import schema

Write = Callable[..., Path]

APP = "kind: ad-hoc-app\nexpires: 2026-12-01\n"
DEFAULTS = """\
  architecture: x86_64
  release_command: [python, manage.py, migrate]
  settings_module: other.settings
  environment: {ONE: "1", TWO: "2"}
  secrets: {TOKEN: dev/token, KEY: dev/key}
  schedule: {awake: "Mon-Fri 08:00-20:00"}
  capacity: {spot_percent: 0}
  database: {seed_from: beta}
"""
SERVICES = """\
    web: {port: 8000, paths: ["/*"], image: v9, health_check_path: /up, command: [serve], environment: {A: a, B: b}}
    worker: {command: [work]}
"""


@pytest.fixture
def configured(write: Write) -> Callable[[str], AdHocAppConfig]:
    """Return what an app with more lines comes to, on a base with a default for every field."""

    def load_app(lines: str) -> AdHocAppConfig:
        base = (write() / "dev/base.yaml").read_text().replace('    web: {port: 8000, paths: ["/*"]}\n', SERVICES)
        folder = write(
            {"dev/base.yaml": base + DEFAULTS, "dev/alpha.yaml": APP + lines, "dev/beta.yaml": APP + "database: null\n"}
        )
        config = load(folder)[EnvironmentName("dev", "alpha")].config
        assert isinstance(config, AdHocAppConfig)
        return config

    return load_app


def refusal(configured: Callable[[str], AdHocAppConfig], lines: str) -> list[str]:
    with pytest.raises(DeclarationError) as error:
        configured(lines)
    return [line.removeprefix("environments/dev/alpha.yaml:") for line in str(error.value).splitlines()]


@pytest.mark.parametrize(
    "field",
    [
        "architecture",
        "release_command",
        "settings_module",
        "environment",
        "secrets",
        "schedule",
        "capacity",
        "database",
    ],
)
def test_a_field_that_is_null_is_as_if_the_base_said_nothing(
    field: str, configured: Callable[[str], AdHocAppConfig]
) -> None:
    plain = AdHocAppConfig(owner="octocat", repository="microblog", image="v1", services={}, expires="2026-12-01")
    assert getattr(configured(""), field) != getattr(plain, field)

    removed = configured(f"{field}: null\n")

    assert getattr(removed, field) == getattr(plain, field)


def test_keys_services_and_their_fields_are_removed_one_by_one(configured: Callable[[str], AdHocAppConfig]) -> None:
    config = configured(
        "environment: {ONE: null}\nsecrets: {TOKEN: ~}\n"
        "services:\n  web: {environment: {A: null}, image: null, health_check_path: null, command: null}\n  worker:\n"
    )

    assert config.environment == {"TWO": "2"}
    assert config.secrets == {"KEY": "dev/key"}
    assert set(config.services) == {"web"}
    web = config.services["web"]
    assert (web.environment, web.health_check_path, web.command, web.port) == ({"B": "b"}, "/", (), 8000)
    assert (web.image, config.image_of(web)) == (None, ImageName("microblog", "v1.4.2"))


def test_a_whole_environment_of_a_service_is_removed(configured: Callable[[str], AdHocAppConfig]) -> None:
    assert configured("services: {web: {environment: null}}\n").services["web"].environment == {}


@pytest.mark.parametrize("field", ["owner", "repository", "image", "services"])
def test_what_every_app_has_cannot_be_removed(field: str, configured: Callable[[str], AdHocAppConfig]) -> None:
    assert refusal(configured, f"{field}: null\n") == [
        f"3:{len(field) + 3}: {field}: cannot be removed: every app has it; write another"
    ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("environment: {THREE: null}\n", "3:22: environment.THREE: removes a default that the base does not have"),
        ("secrets:\n  OTHER:\n", "4:9: secrets.OTHER: removes a default that the base does not have"),
        ("services: {web: {singleton: null}}\n", "3:29: services.web.singleton: removes a default"),
        ("services: {beat: null}\n", "3:18: services.beat: removes a service that the base does not have"),
        ("lock: null\n", "3:7: lock: must be a mapping"),
        ("schedule: {awake: null}\n", "3:19: schedule.awake: must be text, not empty"),
    ],
)
def test_a_null_that_removes_nothing_is_refused_on_its_line(
    lines: str, expected: str, configured: Callable[[str], AdHocAppConfig]
) -> None:
    (message,) = refusal(configured, lines)

    assert message.startswith(expected)


def test_removed_fields_do_not_count_as_written(configured: Callable[[str], AdHocAppConfig]) -> None:
    # Without its port, a service is a worker: its path, and the default of its health check, must not be complained of.
    (message,) = refusal(configured, "services: {web: {port: null, paths: null, health_check_path: null}}\n")

    assert "no service has the path" in message


@pytest.mark.parametrize(
    ("default", "path"),
    [
        ("  release_command: null\n", "release_command"),
        ("  environment: {ONE: null}\n", "environment.ONE"),
        ("  secrets: null\n", "secrets"),
    ],
)
def test_a_base_has_nothing_below_it_to_remove(default: str, path: str, write: Write) -> None:
    base = (write() / "dev/base.yaml").read_text()

    with pytest.raises(DeclarationError) as error:
        load(write({"dev/base.yaml": base + default}))

    assert f"app_defaults.{path}: removes a default, but there is nothing below a base" in str(error.value)
    assert "alpha.yaml" not in str(error.value)


def test_the_image_of_a_service_is_a_version_as_that_of_the_app() -> None:
    own, of_apps = schema()["$defs"]["serviceImage"], schema()["$defs"]["image"]

    assert {key: own[key] for key in ("type", "pattern")} == {key: of_apps[key] for key in ("type", "pattern")}


def test_repositories_of_an_account_are_names() -> None:
    repositories = schema()["$defs"]["accountDeclaration"]["properties"]["repositories"]
    own = schema()["$defs"][repositories["items"]["$ref"].rpartition("/")[2]]
    of_apps = schema()["$defs"]["repository"]

    assert own["type"] == "string"
    assert {key: own[key] for key in ("pattern", "minLength", "maxLength")} == {
        key: of_apps[key] for key in ("pattern", "minLength", "maxLength")
    }
