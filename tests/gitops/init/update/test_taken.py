"""The version that a repository has: by the record, its history, or pyproject.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.init import origin
from tests.gitops.init.update.projects import FIRST, LINES, PYPROJECT, SECOND, TEAM, Repository, from_template
from tests.gitops.init.update.runs import refused, run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


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
