"""`gitops new`: what it writes is valid at once."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from constructs_lib.config.environments import load, parse_name
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.model import AdHocAppConfig, ProdBaseConfig, ScheduleConfig
from gitops.commands.new import new
from gitops.errors import UserError
from gitops.github import connection
from gitops.github.model import RepositoryIdentity
from gitops.init.new_declaration import OPTIONS, SIZES

TODAY = date(2026, 11, 23)
ACCOUNT = {
    "account_id": "012345678901",
    "region": "us-east-1",
    "repository": "example/environments",
    "images": "microblog,other",
}
OTHER_REGION = {"account_id": "012345678901", "region": "eu-central-1", "images": "microblog"}
BASE = {"domain": "dev.example.com", "hosted_zone_id": "Z0123456789ABCDEFGHIJ"}
APP = {"owner": "octocat", "image": "1.10", "repository": "microblog"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of declarations, and a GitHub that knows one repository."""

    def identify(name: str) -> RepositoryIdentity:
        if name.lower() != "example/environments":
            raise UserError(f"GitHub shows no repository {name}")
        return RepositoryIdentity(name="example/environments", id=1296269, owner_id=583231)

    monkeypatch.setattr(connection, "identify", identify)
    folder = tmp_path / "environments"
    folder.mkdir()
    return folder


def write(folder: Path, kind: str, name: str, options: Mapping[str, str]) -> None:
    assert new(folder=folder, kind=kind, name=name, options=options, today=TODAY) == 0


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_every_kind_can_be_written_one_after_the_other(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, "account", "main", ACCOUNT)
    write(folder, "account", "main-eu", OTHER_REGION)
    write(folder, "ad-hoc-base", "dev", BASE)
    write(folder, "ad-hoc-app", "dev/alpha", APP)
    write(folder, "prod-base", "prod/base", {**BASE, "domain": "example.com", "region": "eu-central-1"})
    write(folder, "prod-app", "prod/app", APP)

    assert capsys.readouterr().out.splitlines() == [
        str(folder / path)
        for path in (
            "accounts/main.yaml",
            "accounts/main-eu.yaml",
            "dev/base.yaml",
            "dev/alpha.yaml",
            "prod/base.yaml",
            "prod/app.yaml",
        )
    ]
    assert len(load(folder, today=TODAY)) == 6


def test_text_is_as_a_person_would_write_it(folder: Path) -> None:
    write(folder, "account", "main", ACCOUNT)
    write(folder, "ad-hoc-base", "dev", BASE)
    write(folder, "ad-hoc-app", "dev/alpha", APP)

    assert (folder / "accounts/main.yaml").read_text() == (
        "# yaml-language-server: $schema=../schema.json\n"
        "kind: account\n"
        'id: "012345678901"\n'
        "region: us-east-1\n"
        "github:\n"
        "  repository: example/environments\n"
        "  owner_id: 583231\n"
        "  repository_id: 1296269\n"
        "repositories: [microblog, other]\n"
    )
    assert (folder / "dev/alpha.yaml").read_text() == (
        "# yaml-language-server: $schema=../schema.json\n"
        "kind: ad-hoc-app\n"
        "owner: octocat\n"
        'image: "1.10"\n'
        "repository: microblog\n"
        "expires: 2026-12-07\n"
        "services:\n"
        "  web:\n"
        "    port: 8000\n"
        "    paths: [/*]\n"
        "    health_check_path: /\n"
    )


def test_what_the_base_says_is_not_asked_for(folder: Path) -> None:
    write(folder, "account", "main", ACCOUNT)
    write(folder, "ad-hoc-base", "dev", BASE)
    with (folder / "dev/base.yaml").open("a") as file:
        file.write(
            "policy: {max_lifetime_days: 3}\n"
            "app_defaults:\n  repository: microblog\n  services: {web: {port: 80, paths: ['/*']}}\n"
        )

    write(folder, "ad-hoc-app", "dev/alpha", {"owner": "octocat", "image": "v1"})
    config = load(folder)[parse_name("dev/alpha")].config
    assert isinstance(config, AdHocAppConfig)
    assert (config.expires, config.services["web"].port) == ("2026-11-26", 80)
    assert "services" not in (folder / "dev/alpha.yaml").read_text()


def test_options_of_an_ad_hoc_app_become_its_fields(folder: Path) -> None:
    write(folder, "account", "main", ACCOUNT)
    write(folder, "ad-hoc-base", "dev", BASE)
    with (folder / "dev/base.yaml").open("a") as file:
        file.write(
            "app_defaults:\n  repository: microblog\n  services:\n    web: {port: 80, paths: ['/*']}\n"
            "    worker: {command: [celery, worker]}\n    beat: {command: [celery, beat], singleton: true}\n"
        )
    write(folder, "ad-hoc-app", "dev/alpha", {"owner": "octocat", "image": "v1"})
    hours = {"awake": "Mon-Fri 08:00-20:00", "timezone": "Europe/Berlin"}

    chosen = {"owner": "octocat", "image": "v1", "days": "3", "size": "medium", **hours, "seed_from": "alpha"}
    write(folder, "ad-hoc-app", "dev/beta", chosen)

    config = load(folder, today=TODAY)[parse_name("dev/beta")].config
    assert isinstance(config, AdHocAppConfig)
    assert (config.expires, config.database.seed_from) == ("2026-11-26", "alpha")
    assert config.schedule == ScheduleConfig(**hours)
    sizes = {name: (service.cpu, service.memory_mib) for name, service in config.services.items()}
    assert sizes["web"] == sizes["worker"] == (512, 1024)
    assert (config.services["web"].port, config.services["beat"].singleton) == (80, True)
    assert "beat" not in (folder / "dev/beta.yaml").read_text()


@pytest.mark.parametrize("size", SIZES)
def test_every_size_is_one_that_a_service_can_have(folder: Path, size: str) -> None:
    write(folder, "account", "main", ACCOUNT)
    write(folder, "ad-hoc-base", "dev", BASE)
    write(folder, "ad-hoc-app", "dev/alpha", {**APP, "size": size})

    config = load(folder, today=TODAY)[parse_name("dev/alpha")].config
    assert isinstance(config, AdHocAppConfig)
    web = config.services["web"]
    assert {"cpu": web.cpu, "memory_mib": web.memory_mib} == SIZES[size]
    assert web.port == 8000


def test_new_base_gets_a_free_block(folder: Path) -> None:
    write(folder, "account", "main", ACCOUNT)
    write(folder, "ad-hoc-base", "aa", {**BASE, "cidr": "10.0.0.0/20"})
    write(folder, "ad-hoc-base", "bb", {**BASE, "domain": "bb.example.com", "cidr": "10.2.0.0/16"})
    write(folder, "prod-base", "cc", {**BASE, "domain": "cc.example.com"})
    write(folder, "prod-base", "dd", {**BASE, "domain": "dd.example.com"})

    environments = load(folder)
    blocks = []
    for name in ("cc", "dd"):
        config = environments[parse_name(name)].config
        assert isinstance(config, ProdBaseConfig)
        blocks.append(config.network.cidr)
    assert blocks == ["10.1.0.0/16", "10.3.0.0/16"]


def test_existing_file_is_not_overwritten(folder: Path) -> None:
    write(folder, "account", "main", ACCOUNT)
    before = (folder / "accounts/main.yaml").read_bytes()

    with pytest.raises(UserError, match=r"accounts/main.yaml exists already; nothing was written$"):
        write(folder, "account", "main", {**ACCOUNT, "region": "eu-west-1"})
    assert (folder / "accounts/main.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("kind", "name", "options", "message"),
    [
        ("adhoc", "dev/x1", {}, "unknown kind 'adhoc': use one of account, ad-hoc-base"),
        ("ad-hoc-app", "dev/Alpha", APP, "'dev/Alpha' names no environment"),
        ("ad-hoc-app", "../../x1", APP, "names no environment"),
        ("ad-hoc-app", "dev", APP, "dev/base cannot be of the kind ad-hoc-app"),
        ("ad-hoc-base", "dev/alpha", BASE, "dev/alpha cannot be of the kind ad-hoc-base"),
        ("ad-hoc-app", "accounts/alpha", APP, "accounts/ is for accounts"),
        ("account", "dev/main", ACCOUNT, "accounts/ is for accounts"),
        ("ad-hoc-app", "qa/alpha", APP, "the base qa/base is not declared; write it first"),
        ("ad-hoc-base", "qa", {"domain": "qa.example.com"}, "a new ad-hoc-base needs --hosted-zone-id as well"),
        ("account", "two", {}, "a new account needs --account-id, --region, --repository as well"),
        ("account", "two", {**ACCOUNT, "account_id": "1" * 12, "repository": "x/y"}, "GitHub shows no repository x/y"),
        ("ad-hoc-app", "dev/alpha", {"owner": "octocat"}, "needs --repository, --image as well"),
        (
            "ad-hoc-app",
            "dev/alpha",
            {**APP, "days": "-1", "size": "XL"},
            "--days: must be a whole number, 1 or more; --size",
        ),
        ("ad-hoc-app", "dev/alpha", {**APP, "timezone": "UTC"}, "--timezone: is of use with hours only"),
        ("prod-app", "prod/app", {**APP, "size": "small"}, "--size cannot be used with prod-app"),
        ("ad-hoc-app", "dev/alpha", {**APP, "cidr": "10.0.0.0/16"}, "--cidr cannot be used with ad-hoc-app"),
    ],
)
def test_what_cannot_be_written_is_said(
    folder: Path, kind: str, name: str, options: Mapping[str, str], message: str
) -> None:
    write(folder, "account", "main", ACCOUNT)
    write(folder, "ad-hoc-base", "dev", BASE)
    before = files(folder)

    with pytest.raises(UserError) as error:
        write(folder, kind, name, options)
    assert message in str(error.value)
    assert files(folder) == before


@pytest.mark.parametrize(
    ("kind", "name", "options", "message"),
    [
        ("ad-hoc-app", "dev/alpha", {**APP, "image": "latest"}, "latest is a tag that moves"),
        ("ad-hoc-app", "dev/alpha", {**APP, "days": "15"}, "this base allows at most 14"),
        ("ad-hoc-app", "dev/alpha", {**APP, "awake": "always"}, "schedule.awake: "),
        ("ad-hoc-app", "dev/alpha", {**APP, "seed_from": "other"}, "database.seed_from: "),
        ("ad-hoc-app", "dev/alpha", {**APP, "owner": "a: b\n- c"}, "owner: must be a GitHub login"),
        ("prod-app", "dev/alpha", APP, "prod-app needs a base of the kind prod-base"),
        ("ad-hoc-base", "qa", {**BASE, "cidr": "10.0.0.0/16"}, "overlaps"),
        ("ad-hoc-base", "qa", {**BASE, "account": "other"}, "accounts/other.yaml does not exist"),
    ],
)
def test_file_that_would_not_be_valid_is_not_left_behind(
    folder: Path, kind: str, name: str, options: Mapping[str, str], message: str
) -> None:
    write(folder, "account", "main", ACCOUNT)
    write(folder, "ad-hoc-base", "dev", BASE)
    before = files(folder)

    with pytest.raises(DeclarationError) as error:
        write(folder, kind, name, options)
    assert message in str(error.value)
    assert files(folder) == before


def test_others_may_be_wrong_but_not_what_it_stands_on(folder: Path) -> None:
    write(folder, "account", "main", ACCOUNT)
    write(folder, "ad-hoc-base", "dev", BASE)
    (folder / "dev/wrong.yaml").touch()
    write(folder, "ad-hoc-app", "dev/alpha", APP)
    (folder / "dev/base.yaml").write_text("kind: ad-hoc-base\n")
    before = files(folder)

    with pytest.raises(DeclarationError, match=r"base.yaml:1:1: account: is missing"):
        write(folder, "ad-hoc-app", "dev/beta", APP)
    assert files(folder) == before
    assert "dev/alpha.yaml" in before


def test_every_option_says_for_what_it_is() -> None:
    assert all(text.startswith(("apps: ", "ad hoc apps: ", "bases: ", "accounts: ")) for text in OPTIONS.values())
