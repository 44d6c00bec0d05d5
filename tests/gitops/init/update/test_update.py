"""`gitops update`: a release is merged, and what is the team's stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.init import origin
from tests.gitops.init.update.projects import FIRST, LINES, PYPROJECT, SECOND, Repository, from_template
from tests.gitops.init.update.runs import refused, run, table

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

OF_THE_TEAM = [
    ".github/CODEOWNERS",
    "README.md",
    "environments/dev/base.yaml",
    "environments/dev/first.yaml",
    "scripts/ours.sh",
]


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
    project: Repository, team: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Git finds renames by similarity, and would merge the new version of a removed file into one that is like it."""
    own = FIRST[".github/workflows/check.yml"].replace("line 2\n", "line 2 of acme\n")
    team.commit({"environments/dev/copied.yaml": own, ".github/workflows/check.yml": None})
    project.release("v0.2.0", SECOND)

    assert run(team, project.url) == 0

    assert (team.top / "environments/dev/copied.yaml").read_text() == own
    assert table(capsys.readouterr().out)[".github/workflows/check.yml"] == "keep"


def test_the_sample_of_a_repository_that_was_not_begun_is_updated(project: Repository, tmp_path: Path) -> None:
    fresh = from_template(project, tmp_path / "fresh")
    project.release("v0.2.0", SECOND)

    assert run(fresh, project.url) == 0

    after = fresh.files()
    del after[origin.FILE]
    assert after == project.files()


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
