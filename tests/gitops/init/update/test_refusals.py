"""`gitops update` that is not possible, or not agreed to, changes nothing."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from gitops.commands.update import update
from gitops.errors import UserError
from gitops.init import origin
from tests.gitops.init.update.projects import PYPROJECT, SECOND, Repository
from tests.gitops.init.update.runs import refused, run, table

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("version", ["v0.9.0", "main", "0.2", "--upload-pack=touch x", "v0.2.0-rc1", "v0.2.0^{}", ""])
def test_what_is_no_release_is_refused(project: Repository, team: Repository, version: str) -> None:
    project.release("v0.2.0", SECOND)
    project.git("tag", "v0.2.0-rc1")

    said = refused(team, project.url, version)

    assert said == f"{version!r} is not a release; nothing was changed. The newest are v0.2.0, v0.1.0"


@pytest.mark.parametrize(
    "url",
    [
        "--upload-pack=touch x",
        "ext::sh -c true",
        "http://git.example.com/environments.git",
        "https://octocat:secret@git.example.com/environments.git",
        "../project",
        "origin",
        "ssh://-oProxyCommand=x/environments.git",
    ],
)
def test_what_is_no_address_is_refused_and_not_given_to_git(team: Repository, url: str) -> None:
    assert refused(team, url).startswith(f"--from {origin.URL_HELP}, not {url!r}")
    team.commit({origin.FILE: f'url = "{url}"\n'})
    assert refused(team, None) == f"{origin.FILE}: url: {origin.URL_HELP}, not {url!r}"


def test_without_an_address_it_asks_for_one(team: Repository) -> None:
    assert "gitops update --from https://" in refused(team, None)


def test_a_repository_that_cannot_be_fetched_changes_nothing(team: Repository, tmp_path: Path) -> None:
    missing = f"file://{tmp_path}/missing"
    unreachable = "https://127.0.0.1:9/environments.git"
    (tmp_path / "empty").mkdir()
    empty = Repository(tmp_path / "empty")
    empty.git("init", "--quiet")

    for url in (missing, unreachable, empty.url):
        assert refused(team, url).startswith(f"{url} cannot be fetched; nothing was changed: ")


def test_a_repository_without_a_release_is_none_to_update_from(project: Repository, team: Repository) -> None:
    project.git("tag", "--delete", "v0.1.0")

    assert "has no release" in refused(team, project.url)


def test_a_tag_that_names_no_commit_is_refused(project: Repository, team: Repository) -> None:
    project.git("tag", "v0.2.0", project.git("rev-parse", "HEAD:README.md").strip())

    assert refused(team, project.url).startswith("the tag v0.2.0 cannot be read: ")


def test_a_version_on_record_that_is_gone_is_named(project: Repository, team: Repository) -> None:
    project.release("v0.2.0", SECOND)
    lost = "0123456789abcdef0123456789abcdef01234567"
    team.commit({origin.FILE: f'version = "v0.1.0"\ncommit = "{lost}"\n'})

    assert f"v0.1.0, is not in the repository that was fetched: it has no commit {lost}" in refused(team, project.url)


def test_a_folder_that_is_no_repository_of_its_own_is_refused(project: Repository, tmp_path: Path) -> None:
    (tmp_path / "plain/environments").mkdir(parents=True)
    with pytest.raises(UserError, match="is not a git repository"):
        update(folder=tmp_path / "plain/environments", version=None, url=project.url, dry_run=False, yes=True)
    with pytest.raises(UserError, match="is not the top of its git repository"):
        update(folder=project.top / "examples/environments", version=None, url=project.url, dry_run=False, yes=True)
    (tmp_path / "new/environments").mkdir(parents=True)
    Repository(tmp_path / "new").git("init", "--quiet")
    with pytest.raises(UserError, match="has no commit yet"):
        update(folder=tmp_path / "new/environments", version=None, url=project.url, dry_run=False, yes=True)


def test_uncommitted_changes_are_a_reason_to_stop(project: Repository, team: Repository) -> None:
    project.release("v0.2.0", SECOND)
    team.write({"README.md": "# Unfinished\n"})

    said = refused(team, project.url)

    assert said.endswith("so that git can take the update back:\n M README.md")


def test_a_file_that_git_ignores_and_is_in_the_way_is_not_overwritten(project: Repository, team: Repository) -> None:
    project.release("v0.2.0", SECOND)
    team.commit({".gitignore": "new.py\n"})
    team.write({"constructs_lib/new.py": "precious\n"})

    with pytest.raises(UserError, match=r"move these files first, .*nothing was changed:\nconstructs_lib/new\.py$"):
        run(team, project.url)

    assert (team.top / "constructs_lib/new.py").read_text() == "precious\n"
    assert team.git("status", "--porcelain") == ""


def test_a_shallow_clone_does_not_tell_its_version(project: Repository, team: Repository, tmp_path: Path) -> None:
    project.release("v0.2.0", SECOND)
    team.git("clone", "--quiet", "--depth", "1", team.url, str(tmp_path / "shallow"))
    shallow = Repository(tmp_path / "shallow")
    assert "git fetch --unshallow" in refused(shallow, project.url)

    run(team, project.url, "v0.2.0")
    team.commit({})
    project.release("v0.3.0", {"constructs_lib/new.py": "NEW = 3\n", "pyproject.toml": PYPROJECT.format("0.3.0")})
    team.git("clone", "--quiet", "--depth", "1", team.url, str(tmp_path / "recorded"))
    recorded = Repository(tmp_path / "recorded")
    assert run(recorded, None) == 0
    assert (recorded.top / "constructs_lib/new.py").read_text() == "NEW = 3\n"


def test_a_dry_run_changes_nothing_not_even_in_git_s_own_folder(
    project: Repository, team: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    project.release("v0.2.0", SECOND)
    before = team.everything()

    assert run(team, project.url, yes=False, dry_run=True) == 0

    assert team.everything() == before
    assert "constructs_lib/new.py" in table(capsys.readouterr().out)


def test_nothing_is_changed_without_consent(
    project: Repository, team: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project.release("v0.2.0", SECOND)
    assert "stdin is not a terminal; nothing was changed" in refused(team, project.url, yes=False)

    def answered(answer: str) -> None:
        terminal = io.StringIO(answer)
        monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("sys.stdin", terminal)

    for answer in ("\n", "no\n"):
        answered(answer)
        assert refused(team, project.url, yes=False) == "nothing was changed"
    answered("yes\n")
    assert run(team, project.url, yes=False) == 0
    assert (team.top / "constructs_lib/new.py").exists()
    assert f"Merge v0.2.0 of {project.url} into the work tree?" in capsys.readouterr().err


def test_variables_of_a_hook_lead_nowhere_else(
    project: Repository, team: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.release("v0.2.0", SECOND)
    before = project.everything()
    with monkeypatch.context() as hook:
        hook.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
        hook.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "objects"))
        assert run(team, project.url, dry_run=True) == 0

    assert not (tmp_path / "index").exists()
    assert not (tmp_path / "objects").exists()
    assert project.everything() == before


def test_an_address_that_git_s_configuration_makes_a_program_of_starts_none(
    team: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "started"
    settings = {"protocol.ext.allow": "always", f"url.ext::touch {program} .insteadOf": "https://git.example.com/"}
    monkeypatch.setenv("GIT_CONFIG_COUNT", str(len(settings)))
    for number, (name, value) in enumerate(settings.items()):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{number}", name)
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{number}", value)

    assert "transport 'ext' not allowed" in refused(team, "https://git.example.com/environments.git")

    assert not program.exists()


def test_a_release_that_would_write_into_git_s_own_folder_is_not_fetched(project: Repository, team: Repository) -> None:
    blob = project.git("rev-parse", "HEAD:README.md").strip()
    inner = project.feed(f"100644 blob {blob}\tconfig\n", "mktree")
    tree = project.feed(f"040000 tree {inner}\t.git\n", "mktree")
    project.git("tag", "v0.2.0", project.git("commit-tree", "-m", "evil", tree).strip())

    assert "hasDotgit" in refused(team, project.url)
