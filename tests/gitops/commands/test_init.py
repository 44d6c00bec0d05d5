"""`gitops init`: what it writes is valid, what it removes is the sample, and nothing happens without consent."""

from __future__ import annotations

import io
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from constructs_lib.config.environments import load
from constructs_lib.config.model import AdHocBaseConfig, ProdAppConfig, ProdBaseConfig, ScalingConfig
from gitops.commands import init as command
from gitops.commands.init import init
from gitops.errors import UserError
from gitops.github import codeowners
from gitops.github.model import RepositoryIdentity
from gitops.init import origin
from tests.gitops.init.applications import CELERY, write
from tests.sample import ENVIRONMENTS, ROOT, SCHEMA

TODAY = date(2026, 11, 23)
PRODUCTION = {
    "production_account_id": "444444444444",
    "production_domain": "acme.example",
    "production_hosted_zone_id": "Z9876543210ZYXWVUTSRQ",
}
SAMPLE_FILES = [
    ".github/CODEOWNERS",
    ".github/workflows/check.yml",
    ".github/workflows/image.yml",
    "environments/accounts/main.yaml",
    "environments/accounts/prod.yaml",
    "environments/dev/alpha.yaml",
    "environments/dev/base.yaml",
    "environments/dev/beta.yaml",
    "environments/prod/app.yaml",
    "environments/prod/base.yaml",
    "environments/schema.json",
    "examples/microblog/manage.py",
]
WRITTEN = [
    ".github/CODEOWNERS",
    ".github/workflows/check.yml",
    "environments/accounts/main.yaml",
    "environments/dev/base.yaml",
    "environments/dev/first.yaml",
    "environments/schema.json",
]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the sample in it, committed."""
    top = tmp_path / "deployments"
    shutil.copytree(ENVIRONMENTS, top / "environments")
    shutil.copy(SCHEMA, top / "environments")
    sample = {
        ".github/CODEOWNERS": "* @example/platform\n",
        ".github/workflows/check.yml": "name: check\n",
        ".github/workflows/image.yml": "run: make -C examples/microblog image\n",
        "examples/microblog/manage.py": "",
    }
    write(top, sample)
    subprocess.run(["git", "init", "--quiet", top], check=True)
    commit(top)
    return top


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Answers about an application beside the repository, for a process without a terminal."""
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return {
        "source": str(write(tmp_path / "shop", CELERY)),
        "account_id": "333333333333",
        "region": "eu-west-1",
        "domain": "dev.acme.example",
        "hosted_zone_id": "Z0123456789ABCDEFGHIJ",
        "repository": "acme/deployments",
        "owner_id": "11",
        "repository_id": "22",
        "image_repository": "shop",
        "owner": "monalisa",
    }


def commit(top: Path) -> None:
    identity = ["-c", "user.name=Mona", "-c", "user.email=mona@example.com"]
    for arguments in (["add", "--all"], ["commit", "--quiet", "--message", "change"]):
        subprocess.run(["git", *identity, *arguments], cwd=top, check=True)


def files(top: Path) -> list[str]:
    found = (path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file())
    return sorted(path for path in found if not path.startswith(".git/"))


def run(top: Path, options: dict[str, str], *, yes: bool = True, dry_run: bool = False) -> int:
    folder = top / "environments"
    return init(folder=folder, options=options, answers_file=None, yes=yes, dry_run=dry_run, today=TODAY)


def refused(top: Path, options: dict[str, str], *, yes: bool = True) -> str:
    """Return why nothing was done, which has to be true."""
    before = {path: (top / path).read_bytes() for path in files(top)}
    with pytest.raises(UserError) as caught:
        run(top, options, yes=yes)
    assert {path: (top / path).read_bytes() for path in files(top)} == before
    return str(caught.value)


def test_the_sample_goes_and_valid_declarations_come(repository: Path, options: dict[str, str]) -> None:
    assert files(repository) == SAMPLE_FILES

    assert run(repository, options) == 0

    assert files(repository) == WRITTEN
    declared = load(repository / "environments", today=TODAY)
    assert declared.warnings == ()
    assert [str(environment.name) for environment in declared] == ["accounts/main", "dev/base", "dev/first"]
    base = next(one.config for one in declared if one.name.is_base)
    assert isinstance(base, AdHocBaseConfig)
    assert base.app_defaults["repository"] == "shop"
    assert set(base.app_defaults["services"]) == {"web", "worker", "beat"}
    github = declared.accounts["main"].github
    assert github is not None
    assert (github.repository, github.owner_id, github.repository_id) == ("acme/deployments", 11, 22)


def test_production_is_declared_where_it_has_an_account(repository: Path, options: dict[str, str]) -> None:
    run(repository, {**options, **PRODUCTION, "production_reviewers": "@acme/production"})

    declared = load(repository / "environments", today=TODAY)
    (app,) = (one.config for one in declared if isinstance(one.config, ProdAppConfig))
    assert app.hostname == "www.acme.example"
    assert declared.accounts["prod"].region == "eu-west-1"
    owners = (repository / codeowners.FILE).read_text().splitlines()
    assert owners[-1].split() == ["/environments/prod*/", "@acme/production"]
    assert {line.split()[-1] for line in owners if line.startswith("/")} == {"@monalisa", "@acme/production"}


def test_production_runs_two_web_tasks_at_least_and_ad_hoc_environments_do_not(
    repository: Path, options: dict[str, str]
) -> None:
    run(repository, {**options, **PRODUCTION})

    declared = load(repository / "environments", today=TODAY)
    (app,) = (one.config for one in declared if isinstance(one.config, ProdAppConfig))
    scaling = {name: service.scaling for name, service in app.services.items()}
    assert scaling == {"web": ScalingConfig(min=2, max=4), "worker": None, "beat": None}
    assert "scaling" not in (repository / "environments/dev/base.yaml").read_text()


def test_the_address_for_alarms_is_declared_or_missed(
    repository: Path, options: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    said = "add `alarm_email: ADDRESS` to environments/prod/base.yaml"
    run(repository, options)
    assert said not in capsys.readouterr().err, "production is not declared"

    commit(repository)
    run(repository, {**options, **PRODUCTION})
    assert said in capsys.readouterr().err
    base = repository / "environments/prod/base.yaml"
    assert "alarm_email" not in base.read_text()

    base.unlink()
    commit(repository)
    run(repository, {**options, **PRODUCTION, "production_alarm_email": "on-call@acme.example"})
    assert said not in capsys.readouterr().err
    declared = load(repository / "environments", today=TODAY)
    (config,) = (one.config for one in declared if isinstance(one.config, ProdBaseConfig))
    assert config.alarm_email == "on-call@acme.example"


def test_the_next_steps_lead_to_a_page_on_this_machine(
    repository: Path, options: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(repository, {**options, **PRODUCTION})

    said = capsys.readouterr().err.splitlines()
    assert [line.strip() for line in said[-7:]] == [
        f"gitops local image shop {options['source']}",
        "gitops local up",
        "gitops bootstrap main",
        "gitops bootstrap prod",
        "gitops local prepare",
        "gitops deploy --all",
        "gitops open dev/first",
    ]


def test_the_table_says_what_happens_to_each_file(
    repository: Path, options: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(repository, options, dry_run=True) == 0

    printed = capsys.readouterr()
    lines = [line.split(maxsplit=2) for line in printed.out.partition("ACTION")[2].splitlines()[1:]]
    assert {path: action for action, path, *_ in lines} == {
        "environments/accounts/main.yaml": "replace",
        "environments/dev/base.yaml": "replace",
        "environments/dev/first.yaml": "write",
        "environments/accounts/prod.yaml": "remove",
        "environments/dev/alpha.yaml": "remove",
        "environments/dev/beta.yaml": "remove",
        "environments/prod/app.yaml": "remove",
        "environments/prod/base.yaml": "remove",
        ".github/CODEOWNERS": "replace",
        "examples/microblog": "remove",
        ".github/workflows/image.yml": "remove",
    }
    assert "shop/celery.py:3" in printed.out
    assert files(repository) == SAMPLE_FILES


def test_a_second_run_changes_nothing_and_says_so(
    repository: Path, options: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(repository, options)
    before = {path: (repository / path).read_bytes() for path in files(repository)}
    capsys.readouterr()

    assert run(repository, options, yes=False) == 0

    assert "Nothing to do" in capsys.readouterr().err
    assert {path: (repository / path).read_bytes() for path in files(repository)} == before


def test_what_a_team_wrote_is_kept(repository: Path, options: dict[str, str]) -> None:
    run(repository, options)
    base = repository / "environments/dev/base.yaml"
    base.write_text(base.read_text().replace("10.0.0.0/16", "10.7.0.0/16"))
    (repository / codeowners.FILE).write_text("* @acme/everybody\n")
    (repository / ".github/workflows/image.yml").write_text("run: make image\n")
    (repository / "environments/dev/first.yaml").rename(repository / "environments/dev/second.yaml")
    commit(repository)

    run(repository, options)

    assert "10.7.0.0/16" in base.read_text()
    assert (repository / codeowners.FILE).read_text() == "* @acme/everybody\n"
    assert files(repository) == sorted([*WRITTEN, ".github/workflows/image.yml", "environments/dev/second.yaml"])


def test_uncommitted_changes_are_a_reason_to_stop(repository: Path, options: dict[str, str]) -> None:
    (repository / "environments/dev/alpha.yaml").unlink()

    assert "commit or stash these changes first" in refused(repository, options)
    assert " D environments/dev/alpha.yaml" in refused(repository, options)


def test_nothing_is_written_without_consent(
    repository: Path, options: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "stdin is not a terminal; nothing was written" in refused(repository, options, yes=False)

    for answer in ("", "no"):
        terminal = io.StringIO(f"\n{answer}\n")  # no account for production, and the consent
        monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("sys.stdin", terminal)
        assert refused(repository, options, yes=False) == "nothing was written"

    terminal = io.StringIO("\nyes\n")
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdin", terminal)
    assert run(repository, options, yes=False) == 0
    assert files(repository) == WRITTEN


def test_declarations_that_would_be_wrong_are_not_written(repository: Path, options: dict[str, str]) -> None:
    same_zone = {**PRODUCTION, "production_hosted_zone_id": options["hosted_zone_id"]}

    message = refused(repository, {**options, **same_zone})

    assert message.startswith("these declarations would be wrong; nothing was written\nenvironments/prod/app.yaml")
    assert "environments/prod/base.yaml:5:17: hosted_zone_id: is also the zone of" in message


def test_ids_that_are_not_given_are_github_s_answer(
    repository: Path, options: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    del options["owner_id"], options["repository_id"]
    answers = iter([UserError("GitHub shows no repository acme/deployments")])

    def identify(name: str) -> RepositoryIdentity:
        for error in answers:
            raise error
        return RepositoryIdentity(name=name, id=7, owner_id=8)

    monkeypatch.setattr(command, "identify", identify)

    assert refused(repository, options) == "GitHub shows no repository acme/deployments"
    run(repository, options)
    github = load(repository / "environments", today=TODAY).accounts["main"].github
    assert github is not None
    assert (github.owner_id, github.repository_id) == (8, 7)


def test_the_application_s_repository_gets_a_workflow_and_may_publish(
    repository: Path, options: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Path(options["source"])
    subprocess.run(["git", "init", "--quiet", shop.parent / "shop"], check=True)
    ids = {"application_owner_id": "11", "application_repository_id": "33"}

    run(repository, {**options, **ids, "application_repository": "acme/shop"})

    workflow = shop / ".github/workflows/image.yml"
    github = load(repository / "environments", today=TODAY).accounts["main"].github
    assert github is not None
    assert github.application is not None
    assert (github.application.repository, github.application.repository_id) == ("acme/shop", 33)
    assert str(workflow) in capsys.readouterr().out
    assert "REPOSITORY: shop" in workflow.read_text()


def test_the_address_of_new_versions_is_recorded_once(repository: Path, options: dict[str, str]) -> None:
    address = "https://github.com/octocat/environments.git"

    run(repository, {**options, "upstream": address})

    assert files(repository) == sorted([*WRITTEN, origin.FILE])
    assert origin.parse((repository / origin.FILE).read_bytes()) == origin.Origin(url=address)
    commit(repository)
    run(repository, {**options, "upstream": "https://github.com/octocat/others.git"})
    assert origin.parse((repository / origin.FILE).read_bytes()) == origin.Origin(url=address)
    assert f"--upstream: {origin.URL_HELP}, not '--x'" in refused(repository, {**options, "upstream": "--x"})


def test_manifests_of_copilot_become_the_services(
    repository: Path, options: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(repository, {**options, "from_copilot": str(ROOT / "tests/fixtures/copilot")})

    (base,) = (one.config for one in load(repository / "environments", today=TODAY) if one.name.is_base)
    assert isinstance(base, AdHocBaseConfig)
    assert set(base.app_defaults["services"]) == {"api", "beat", "site", "worker"}
    assert "docs/manifest.yml:2:1: type: the service docs is not declared" in capsys.readouterr().err
    (base,) = (one.config for one in load(repository / "environments", today=TODAY) if one.name.is_base)
    assert isinstance(base, AdHocBaseConfig)
    assert base.app_defaults["jobs"]["nightly"]["schedule"] == "0 0 * * *"


def test_a_source_in_this_repository_has_no_repository_of_its_own(repository: Path, options: dict[str, str]) -> None:
    write(repository / "shop", CELERY)
    commit(repository)
    ids = {"application_owner_id": "11", "application_repository_id": "33"}
    inside = {**options, "source": str(repository / "shop"), **ids, "application_repository": "acme/shop"}

    assert "the source is in this repository; leave the option out" in refused(repository, inside)


def test_a_file_that_cannot_be_written_is_named_with_the_way_back(
    repository: Path, options: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command, "check", lambda *_: None)
    monkeypatch.setattr("gitops.init.changes._apply", full)

    assert refused(repository, options) == (
        "environments/accounts/main.yaml could not be changed: No space left on device. "
        "To go back: git restore . && git clean -df"
    )


def test_the_sample_application_stays_where_it_is_what_is_declared(repository: Path, options: dict[str, str]) -> None:
    write(repository / "examples/microblog", CELERY)
    commit(repository)

    run(repository, {**options, "source": str(repository / "examples/microblog")})

    assert (repository / "examples/microblog/manage.py").exists()
    assert (repository / ".github/workflows/image.yml").exists()
