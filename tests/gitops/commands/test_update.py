"""`gitops update`: a release is merged, what is the team's stays, and nothing happens without consent."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from gitops.commands.update import update
from gitops.errors import UserError
from gitops.init import origin
from tests.gitops.update.projects import FIRST, LINES, PYPROJECT, SECOND, TEAM, Repository, from_template

if TYPE_CHECKING:
    from pathlib import Path

OF_THE_TEAM = [
    ".github/CODEOWNERS",
    "README.md",
    "environments/dev/base.yaml",
    "environments/dev/first.yaml",
    "scripts/ours.sh",
]


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    """The project, with one release."""
    made = Repository.create(tmp_path / "project", FIRST)
    made.git("tag", "--annotate", "--message", "v0.1.0", "v0.1.0")
    return made


@pytest.fixture
def team(tmp_path: Path, project: Repository) -> Repository:
    """The repository of a team, made from the first release."""
    made = from_template(project, tmp_path / "team")
    made.commit(TEAM)
    return made


def run(
    team: Repository, url: str | None, version: str | None = None, *, yes: bool = True, dry_run: bool = False
) -> int:
    return update(folder=team.folder, version=version, url=url, dry_run=dry_run, yes=yes)


def refused(team: Repository, url: str | None, version: str | None = None, *, yes: bool = True) -> str:
    """Return why nothing was done, which has to be true of everything in the repository."""
    before = team.everything()
    with pytest.raises(UserError) as caught:
        run(team, url, version, yes=yes)
    assert team.everything() == before
    return str(caught.value)


def table(printed: str) -> dict[str, str]:
    """Return the action of each file in a printed table."""
    return {path: action for action, path, *_ in (line.split() for line in printed.splitlines()[1:])}


def test_files_of_the_project_are_those_of_the_release_and_those_of_the_team_stay(
    project: Repository, team: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    commit = project.release("v0.2.0", SECOND)
    before = team.files()

    assert run(team, project.url) == 0

    after = team.files()
    assert {path: after[path] for path in OF_THE_TEAM} == {path: before[path] for path in OF_THE_TEAM}
    released = project.files()
    same = [path for path in after if path not in {*OF_THE_TEAM, origin.FILE}]
    assert {path: after[path] for path in same} == {path: released[path] for path in same}
    assert sorted(same) == [
        ".github/workflows/check.yml",
        "CHANGELOG.md",
        "constructs_lib/network.py",
        "constructs_lib/new.py",
        "environments/schema.json",
        "pyproject.toml",
    ]
    recorded = origin.parse(after[origin.FILE])
    assert recorded == origin.Origin(url=project.url, version="v0.2.0", commit=commit)
    printed = capsys.readouterr()
    assert table(printed.out) == {
        "constructs_lib/new.py": "add",
        origin.FILE: "add",
        ".github/workflows/check.yml": "change",
        "CHANGELOG.md": "change",
        "constructs_lib/network.py": "change",
        "environments/schema.json": "change",
        "pyproject.toml": "change",
        "constructs_lib/old.py": "remove",
        ".github/CODEOWNERS": "keep",
        ".github/workflows/image.yml": "keep",
        "README.md": "keep",
        "environments": "keep",
        "examples": "keep",
    }
    assert "## 0.2.0\n\n- **The second.**\n\nv0.1.0 to v0.2.0: files: 2 added, 5 changed, 1 removed.\n" in printed.err
    assert "The first" not in printed.err
    assert "push the branch yourself" in printed.err
    assert team.git("diff", "--name-only") == ""
    assert team.git("for-each-ref", "--format=%(refname)").split() == ["refs/heads/main"]


def test_a_second_run_does_nothing_and_the_next_release_is_merged_upon_the_last(
    project: Repository, team: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    project.release("v0.2.0", SECOND)
    run(team, project.url)
    assert "commit or stash these changes first" not in capsys.readouterr().err
    team.commit({})
    before = team.everything()

    assert run(team, None, yes=False) == 0

    assert team.everything() == before
    assert "Nothing to do: this repository has v0.2.0." in capsys.readouterr().err
    project.release("v0.10.0", {"constructs_lib/new.py": "NEW = 2\n", "pyproject.toml": PYPROJECT.format("0.10.0")})
    assert run(team, None) == 0
    assert (team.top / "constructs_lib/new.py").read_text() == "NEW = 2\n"
    printed = capsys.readouterr()
    assert table(printed.out) == {"constructs_lib/new.py": "change", "pyproject.toml": "change", origin.FILE: "change"}
    assert "push the branch yourself" not in printed.err


def test_an_edit_of_a_project_file_is_merged(
    project: Repository, team: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    project.release("v0.2.0", SECOND)
    team.commit({"constructs_lib/network.py": LINES.replace("line 20\n", "line 20 of acme\n")})

    assert run(team, project.url) == 0

    merged = LINES.replace("line 1\n", "line 1 of v0.2.0\n").replace("line 20\n", "line 20 of acme\n")
    assert (team.top / "constructs_lib/network.py").read_text() == merged
    assert table(capsys.readouterr().out)["constructs_lib/network.py"] == "merge"


def test_conflicts_are_as_git_s_and_can_be_taken_back(
    project: Repository, team: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    project.release("v0.2.0", SECOND)
    team.commit(
        {
            "constructs_lib/network.py": LINES.replace("line 1\n", "line 1 of acme\n"),
            "constructs_lib/new.py": "NEW = 'acme'\n",
            "constructs_lib/old.py": f"OLD = 'acme'\n{LINES}",
        }
    )
    before = team.files()

    assert run(team, project.url) == 1

    marked = (team.top / "constructs_lib/network.py").read_text()
    assert marked.startswith("<<<<<<< yours\nline 1 of acme\n=======\nline 1 of v0.2.0\n>>>>>>> v0.2.0\nline 2\n")
    status = {line[3:]: line[:2].strip() for line in team.git("status", "--porcelain").splitlines()}
    conflicts = {"constructs_lib/network.py": "UU", "constructs_lib/new.py": "AA", "constructs_lib/old.py": "UD"}
    assert {path: said for path, said in status.items() if path in conflicts} == conflicts
    assert {said for path, said in status.items() if path not in conflicts} == {"A", "M"}
    printed = capsys.readouterr()
    assert {path for path, action in table(printed.out).items() if action == "conflict"} == set(conflicts)
    assert "Merged, but for these conflicts:\n" + "".join(f"  {path}\n" for path in conflicts) in printed.err

    team.git("checkout", "--theirs", "constructs_lib/network.py")
    assert (team.top / "constructs_lib/network.py").read_bytes() == project.files()["constructs_lib/network.py"]
    team.git("reset", "--hard", "--quiet")
    assert team.files() == before


def test_what_the_team_removed_stays_removed(
    project: Repository, team: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    project.release("v0.2.0", SECOND)
    team.commit({".github/workflows/check.yml": None})

    assert run(team, project.url) == 0

    assert not (team.top / ".github/workflows/check.yml").exists()
    assert team.git("ls-files", "--unmerged") == ""
    printed = capsys.readouterr()
    assert table(printed.out)[".github/workflows/check.yml"] == "keep"
    assert "you removed it; it changed in v0.2.0" in printed.out
    assert "push the branch yourself" not in printed.err


def test_a_folder_that_the_project_renames_takes_no_file_of_the_team_along(
    project: Repository, team: Repository
) -> None:
    team.commit({"constructs_lib/ours.py": "OURS = 1\n", "constructs_lib/old.py": f"OLD = 'acme'\n{LINES}"})
    moved = {
        "library/network.py": FIRST["constructs_lib/network.py"],
        "library/old.py": FIRST["constructs_lib/old.py"],
        "schemas/schema.json": FIRST["environments/schema.json"],
    }
    gone = ("constructs_lib/network.py", "constructs_lib/old.py", "environments/schema.json")
    project.release("v0.2.0", {**moved, **dict.fromkeys(gone)})

    assert run(team, project.url) == 0

    files = team.files()
    assert {"constructs_lib/ours.py", "environments/dev/first.yaml", "schemas/schema.json"} <= files.keys()
    assert not set(gone) & files.keys()
    assert files["library/old.py"] == f"OLD = 'acme'\n{LINES}".encode()  # the edit went along with its file


def test_a_file_of_the_team_is_not_taken_for_a_renamed_one_of_the_project(
    project: Repository, team: Repository
) -> None:
    """Git finds renames by similarity: declarations and workflows of teams often begin as copies."""
    own = FIRST[".github/workflows/image.yml"].replace("line 20\n", "line 20 of acme\n")
    team.commit({"environments/dev/copied.yaml": own})
    project.release("v0.2.0", SECOND)

    assert run(team, project.url) == 0

    assert (team.top / "environments/dev/copied.yaml").read_text() == own


def test_the_sample_of_a_repository_that_was_not_begun_is_updated(project: Repository, tmp_path: Path) -> None:
    fresh = from_template(project, tmp_path / "fresh")
    project.release("v0.2.0", SECOND)

    assert run(fresh, project.url) == 0

    after = fresh.files()
    del after[origin.FILE]
    assert after == project.files()


def test_the_version_is_found_in_the_history_of_a_clone(project: Repository, tmp_path: Path) -> None:
    unreleased = project.commit({"constructs_lib/network.py": LINES.replace("line 20\n", "line 20 of main\n")})
    project.git("clone", "--quiet", str(project.top), str(tmp_path / "clone"))
    clone = Repository(tmp_path / "clone")
    clone.commit({"constructs_lib/network.py": LINES.replace("line 20\n", "line 20 of acme\n")})
    second = SECOND["constructs_lib/network.py"]
    assert second is not None
    project.release("v0.2.0", {**SECOND, "constructs_lib/network.py": second.replace("line 20\n", "line 20 of main\n")})

    assert run(clone, project.url, dry_run=True) == 0
    assert run(clone, project.url) == 0

    # Upon v0.1.0 both would have changed line 20.
    assert "line 1 of v0.2.0\n" in (clone.top / "constructs_lib/network.py").read_text()
    assert "line 20 of acme\n" in (clone.top / "constructs_lib/network.py").read_text()
    assert unreleased in project.git("log", "--format=%H")


def test_the_version_is_found_by_the_files_of_a_template_between_releases(
    project: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unreleased = project.commit({"constructs_lib/network.py": LINES.replace("line 20\n", "line 20 of main\n")})
    made = from_template(project, tmp_path / "made")
    made.commit(TEAM)
    project.release("v0.2.0", SECOND)

    assert run(made, project.url) == 0

    assert f"v0.1.0 at {unreleased[:12]} to v0.2.0" in capsys.readouterr().err
    assert (made.top / "constructs_lib/network.py").read_text() == SECOND["constructs_lib/network.py"]


def test_without_any_history_pyproject_says_which_version_it_was(
    project: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {path: text for path, text in {**FIRST, **TEAM}.items() if text is not None}
    copied = Repository.create(tmp_path / "copied", files)
    project.release("v0.2.0", SECOND)

    assert run(copied, project.url) == 0

    assert "v0.1.0 to v0.2.0" in capsys.readouterr().err
    assert not (copied.top / "constructs_lib/old.py").exists()


def test_a_version_that_nothing_tells_is_asked_for(
    project: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {path: text for path, text in {**FIRST, **TEAM}.items() if text is not None}
    copied = Repository.create(tmp_path / "copied", {**files, "pyproject.toml": PYPROJECT.format("7.0.0")})
    project.release("v0.2.0", SECOND)

    said = refused(copied, project.url)
    assert "there is no release v7.0.0" in said
    assert f'into {origin.FILE}, as version = "v1.2.0"' in said

    copied.commit({origin.FILE: 'version = "v0.1.0"\n'})
    capsys.readouterr()
    assert run(copied, project.url, dry_run=True) == 0
    assert "\nv0.1.0 to v0.2.0: " in capsys.readouterr().err
    copied.commit({origin.FILE: 'version = "v0.7.0"\n'})
    assert "v0.7.0, the version in .github/upstream.toml, is not a release" in refused(copied, project.url)


def test_a_release_can_be_named_and_must_not_be_older(
    project: Repository, team: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    project.release("v0.2.0", SECOND)
    project.release("v0.3.0", {"constructs_lib/new.py": "NEW = 3\n", "pyproject.toml": PYPROJECT.format("0.3.0")})

    assert run(team, project.url, "0.2.0") == 0
    assert (team.top / "constructs_lib/new.py").read_text() == "NEW = 1\n"
    team.commit({})
    assert (
        refused(team, None, "v0.1.0") == "v0.1.0 is older than v0.2.0, which this repository has; nothing was changed"
    )
    assert run(team, None) == 0
    assert (team.top / "constructs_lib/new.py").read_text() == "NEW = 3\n"

    ahead = project.commit({"constructs_lib/new.py": "NEW = 4\n"})
    made = from_template(project, team.top.with_name("ahead"))
    capsys.readouterr()
    assert run(made, project.url) == 0
    assert f"this repository has v0.3.0 at {ahead[:12]}, which is newer" in capsys.readouterr().err


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
