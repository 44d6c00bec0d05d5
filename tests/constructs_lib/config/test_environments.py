"""What a folder of declarations comes to."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from constructs_lib.config.environments import Environments, load, parse_name
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.model import AdHocAppConfig, AdHocBaseConfig, GitHubConfig, ServiceConfig
from constructs_lib.config.naming import EnvironmentName
from tests.sample import ENVIRONMENTS

Write = Callable[..., Path]

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 11, 23)
ALPHA = EnvironmentName("dev", "alpha")


def app(environments: Environments, name: EnvironmentName = ALPHA) -> AdHocAppConfig:
    config = environments[name].config
    assert isinstance(config, AdHocAppConfig)
    return config


def test_the_sample_is_valid() -> None:
    environments = load(ENVIRONMENTS, today=TODAY)

    assert environments.warnings == ()
    assert [str(environment.name) for environment in environments] == [
        "accounts/main",
        "accounts/prod",
        "dev/base",
        "prod/base",
        "dev/alpha",
        "dev/beta",
        "prod/app",
    ]


def test_accounts_come_before_bases_and_bases_before_apps(write: Write) -> None:
    qa = (write() / "dev" / "base.yaml").read_text().replace("dev.", "qa.").replace("10.20", "10.21")
    environments = load(write({"qa/base.yaml": qa, "aa/base.yaml": qa.replace("10.21", "10.22")}))

    assert [str(environment.name) for environment in environments] == [
        "accounts/main",
        "aa/base",
        "dev/base",
        "qa/base",
        "dev/alpha",
    ]
    assert len(environments) == 5
    assert ALPHA in environments
    assert EnvironmentName("dev", "beta") not in environments


def test_account_and_region_come_from_the_account_of_the_base(write: Write) -> None:
    environments = load(write())

    for environment in environments:
        assert (environment.account_id, environment.region) == ("111111111111", "us-east-1")
    assert environments[ALPHA].base is environments[ALPHA.base]
    assert environments[ALPHA.base].base is None
    assert environments.accounts["main"].github == GitHubConfig(
        repository="example/environments", owner_id=583231, repository_id=1296269
    )


def test_region_of_the_base_goes_before_the_account_s(write: Write) -> None:
    base = (write() / "dev" / "base.yaml").read_text()
    account = (write() / "accounts" / "main.yaml").read_text().replace("us-east-1", "eu-central-1")
    (github,) = (line for line in account.splitlines(keepends=True) if line.startswith("github:"))
    other = account.replace(github, "")
    tree = {"dev/base.yaml": f"{base}region: eu-central-1\n", "accounts/main-eu.yaml": other}
    environments = load(write(tree))

    regions = {str(environment.name): environment.region for environment in environments}
    assert regions == {
        "accounts/main": "us-east-1",
        "accounts/main-eu": "eu-central-1",
        "dev/base": "eu-central-1",
        "dev/alpha": "eu-central-1",
    }


def test_defaults_of_the_model_fill_what_nobody_says(write: Write) -> None:
    environments = load(write())
    base = environments[ALPHA.base].config

    assert isinstance(base, AdHocBaseConfig)
    assert (base.network.nat, base.database.instance_class, base.log_retention_days) == ("gateway", "t4g.micro", 14)
    assert app(environments).services == {"web": ServiceConfig(port=8000, paths=("/*",))}
    assert app(environments).settings_module == "config.settings"


def test_app_is_merged_over_the_defaults_of_its_base(write: Write) -> None:
    folder = write(
        {
            "dev/base.yaml": (write() / "dev" / "base.yaml").read_text()
            + "    worker: {command: [celery, worker], environment: {A: base, B: base}}\n"
            "    beat: {singleton: true}\n"
            "  environment: {ONE: base, TWO: base}\n"
            "  secrets: {KEY: dev/base}\n"
            "  release_command: [base, words]\n",
            "dev/alpha.yaml": """\
kind: ad-hoc-app
expires: 2026-12-01
image: v2
environment: {TWO: app, THREE: app}
secrets: {OTHER: dev/app}
release_command: [app]
services:
  worker: {cpu: 512, memory_mib: 1024, environment: {B: app}}
  beat: null
  extra: {command: [sleep]}
""",
        }
    )

    config = app(load(folder))
    assert (config.owner, config.image, config.release_command) == ("octocat", "v2", ("app",))
    assert config.environment == {"ONE": "base", "TWO": "app", "THREE": "app"}
    assert config.secrets == {"KEY": "dev/base", "OTHER": "dev/app"}
    assert config.services == {
        "web": ServiceConfig(port=8000, paths=("/*",)),
        "worker": ServiceConfig(
            command=("celery", "worker"), cpu=512, memory_mib=1024, environment={"A": "base", "B": "app"}
        ),
        "extra": ServiceConfig(command=("sleep",)),
    }


def test_merging_leaves_other_apps_alone(write: Write) -> None:
    beta = "kind: ad-hoc-app\nexpires: 2026-12-01\nservices: {web: null, site: {port: 80, paths: ['/*']}}\n"
    environments = load(write({"dev/beta.yaml": beta}))

    assert set(app(environments).services) == {"web"}
    assert set(app(environments, EnvironmentName("dev", "beta")).services) == {"site"}


def test_same_problem_in_the_base_is_said_once_for_all_apps(write: Write) -> None:
    base = (write() / "dev" / "base.yaml").read_text().replace("v1.4.2", "latest")
    other = (write() / "dev" / "alpha.yaml").read_text()

    with pytest.raises(DeclarationError) as error:
        load(write({"dev/base.yaml": base, "dev/beta.yaml": other}))
    assert len(error.value.problems) == 1


def test_without_a_clock_the_past_is_not_looked_at(write: Write) -> None:
    folder = write({"dev/alpha.yaml": "kind: ad-hoc-app\nexpires: 2020-01-01\n"})

    assert load(folder).warnings == ()


def test_past_expiry_is_a_warning_and_an_error_where_strict(write: Write) -> None:
    folder = write({"dev/alpha.yaml": "kind: ad-hoc-app\nexpires: 2026-11-22\n"})

    (warning,) = load(folder, today=TODAY, strict=[ALPHA.base]).warnings
    assert (warning.severity, warning.field) == ("warning", "expires")
    with pytest.raises(DeclarationError) as error:
        load(folder, today=TODAY, strict=[ALPHA])
    (problem,) = error.value.problems
    assert problem.severity == "error"


def test_last_days_of_the_policy_are_allowed(write: Write) -> None:
    for expires in ("2026-11-23", "2026-12-07"):
        folder = write({"dev/alpha.yaml": f"kind: ad-hoc-app\nexpires: {expires}\n"})
        assert load(folder, today=TODAY, strict=[ALPHA]).warnings == ()

    folder = write({"dev/alpha.yaml": "kind: ad-hoc-app\nexpires: 2026-12-08\n"})
    with pytest.raises(DeclarationError, match="2026-12-08 is 15 days away; this base allows at most 14"):
        load(folder, today=TODAY)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("dev/alpha", "dev/alpha"),
        ("dev", "dev/base"),
        ("environments/dev/alpha.yaml", "dev/alpha"),
        ("environments/dev/alpha", "dev/alpha"),
        ("./environments/dev/base.yaml", "dev/base"),
        ("/some/where/dev/alpha.yaml", "dev/alpha"),
        ("dev/alpha.yaml", "dev/alpha"),
        ("accounts/main", "accounts/main"),
    ],
)
def test_names_are_read_as_people_write_them(text: str, name: str) -> None:
    assert str(parse_name(text)) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "dev/",
        "dev/alpha/web",
        "Dev/alpha",
        "dev/al.pha",
        "a",
        "../alpha",
        "alpha.yaml",
        "dev/" + "a" * 22,
        "d v",
    ],
)
def test_what_cannot_be_a_name_is_refused_with_the_ways_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="names no environment: write FOLDER/NAME such as dev/alpha"):
        parse_name(text)


def test_configuration_needs_neither_the_cdk_nor_boto3() -> None:
    code = (
        "import sys, pathlib, constructs_lib.config.environments as environments;"
        f"environments.load(pathlib.Path({str(ENVIRONMENTS)!r}));"
        "print(sorted({'aws_cdk', 'jsii', 'constructs', 'boto3', 'botocore', 'subprocess'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
