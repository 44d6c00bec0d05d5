"""This project in two versions, and a team that began with the first one: `gitops init`, then `gitops update`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops.init import origin
from gitops.init.versions import number_of
from tests.cases import teams
from tests.gitops.init.update.projects import Repository, from_template
from tests.sample import ENVIRONMENTS, ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.processes

SOURCE = Path(__file__).parent / "cases/startproject"
CONSTRUCT = "constructs_lib/ad_hoc_base.py"
WORKFLOW = ".github/workflows/drift.yml"
REMOVED = "docs/benchmarks.md"
ADDED = "gitops/commands/second.py"
HELP = "gitops/cli.py"
SAMPLE = {
    ".github/CODEOWNERS": "* @example/platform\n",
    ".github/workflows/image.yml": "name: image\n# builds examples/microblog\n",
    "examples/microblog/manage.py": "# the sample\n",
    **{
        f"environments/{file.relative_to(ENVIRONMENTS).as_posix()}": file.read_text()
        for file in ENVIRONMENTS.glob("*/*.yaml")
    },
}
"""What `gitops init` replaces or removes, which a repository with these tests may not have any more."""


def project_files() -> dict[str, str]:
    """Return the files of this project, as its next commit would have them, with the sample."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    left_out = ("environments/", "examples/", origin.FILE)
    paths = [path for path in listed if path and not path.startswith(left_out) and (ROOT / path).is_file()]
    schema = "environments/schema.json"
    contents = {path: (ROOT / path).read_bytes() for path in [*paths, schema]}
    return {path: content.decode() for path, content in contents.items() if b"\0" not in content} | SAMPLE


def gitops(repository: Repository, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line of a repository's own code."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "AWS_"))}
    return subprocess.run(
        [sys.executable, "-m", "gitops", *arguments],
        cwd=repository.top,
        env={**environ, "PYTHONPATH": str(repository.top), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def second_version(files: Mapping[str, str], old: str, new: str) -> dict[str, str | None]:
    """Return what the second version changes, adds and removes."""
    return {
        CONSTRUCT: f"# Of the second version.\n{files[CONSTRUCT]}",
        WORKFLOW: f"# Of the second version.\n{files[WORKFLOW]}",
        HELP: files[HELP].replace("check the declarations", "check the declarations by the second version"),
        ADDED: '"""Of the second version."""\n',
        REMOVED: None,
        "CHANGELOG.md": files["CHANGELOG.md"].replace(
            "## Unreleased\n", f"## Unreleased\n\n## {new}\n\n- Of the second version.\n", 1
        ),
        "pyproject.toml": files["pyproject.toml"].replace(f'version = "{old}"', f'version = "{new}"', 1),
        "environments/schema.json": files["environments/schema.json"].replace("{", '{\n  "$comment": "second",', 1),
        **{path: f"# Of the second version.\n{text}" for path, text in SAMPLE.items()},
        "examples/microblog/more.py": "# Of the second version.\n",
        "environments/dev/more.yaml": "kind: ad-hoc-app\n",
    }


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, Repository, str]:
    """The project with two releases; the repository of a team, made from the first one; and the second one's tag."""
    folder = tmp_path_factory.mktemp("begun")
    files = project_files()
    old = tomllib.loads(files["pyproject.toml"])["project"]["version"]
    number = number_of(old)
    assert number is not None
    new = f"{number[0]}.{number[1] + 1}.0"
    project = Repository.create(folder / "project", files)
    project.git("tag", f"v{old}")
    team = from_template(project, folder / "deployments")
    shutil.copytree(SOURCE, folder / "shop")
    answers = {**teams.ANSWERS, "upstream": project.url}
    (folder / "answers.yaml").write_text("".join(f'{name}: "{value}"\n' for name, value in answers.items()))
    written = gitops(team, "init", "--answers", str(folder / "answers.yaml"), "--yes")
    assert written.returncode == 0, written.stdout + written.stderr
    team.commit({})
    project.release(f"v{new}", second_version(files, old, new))
    return project, team, f"v{new}"


@pytest.fixture
def team(begun: tuple[Repository, Repository, str], tmp_path: Path) -> Repository:
    """A copy of the team's repository."""
    copy = tmp_path / "deployments"
    shutil.copytree(begun[1].top, copy)
    return Repository(copy)


def test_a_team_gets_the_second_version_and_keeps_what_is_its_own(
    begun: tuple[Repository, Repository, str], team: Repository
) -> None:
    project, _, tag = begun
    construct = (team.top / CONSTRUCT).read_text()
    own = {
        "README.md": "# Environments of acme\n",
        "environments/dev/second.yaml": (team.top / "environments/dev/first.yaml").read_text(),
        "scripts/ours.sh": "echo ours\n",
    }
    team.commit({**own, CONSTRUCT: f"{construct}# Of the team.\n"})
    before = team.files()

    done = gitops(team, "update", "--yes")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "- Of the second version." in done.stderr
    after, released = team.files(), project.files()
    declared = {path for path in before if path.startswith("environments/") and path.endswith(".yaml")}
    assert len(declared) == 4
    kept = {".github/CODEOWNERS", "README.md", "scripts/ours.sh", *declared}
    assert {path: after[path] for path in kept} == {path: before[path] for path in kept}
    assert after[CONSTRUCT] == f"# Of the second version.\n{construct}# Of the team.\n".encode()
    assert origin.parse(after[origin.FILE]).version == tag
    others = after.keys() - kept - {CONSTRUCT, origin.FILE}
    assert {path: after[path] for path in others} == {path: released[path] for path in others}
    sample = {path for path in released if path.startswith(("examples/", "environments/")) or path in SAMPLE}
    assert released.keys() - after.keys() == sample - kept - {"environments/schema.json"}
    assert after.keys() - released.keys() == {origin.FILE, "scripts/ours.sh"} | declared - released.keys()
    assert REMOVED not in after
    assert ADDED in after

    team.commit({})
    valid = gitops(team, "validate")
    assert valid.returncode == 0, valid.stdout + valid.stderr
    assert "by the second version" in gitops(team, "--help").stdout
    again = gitops(team, "update")
    assert again.returncode == 0, again.stderr
    assert f"Nothing to do: this repository has {tag}." in again.stderr
    assert team.git("status", "--porcelain") == ""


def test_a_conflict_is_shown_and_can_be_resolved_or_taken_back(
    begun: tuple[Repository, Repository, str], team: Repository
) -> None:
    project, _, tag = begun
    team.commit({CONSTRUCT: f"# Of the team.\n{(team.top / CONSTRUCT).read_text()}"})
    before = team.files()

    done = gitops(team, "update", tag, "--yes")

    assert done.returncode == 1, done.stdout + done.stderr
    assert f"conflict  {CONSTRUCT}" in done.stdout
    marked = (team.top / CONSTRUCT).read_text()
    assert marked.startswith(f"<<<<<<< yours\n# Of the team.\n=======\n# Of the second version.\n>>>>>>> {tag}\n")
    assert team.git("diff", "--name-only", "--diff-filter=U").split() == [CONSTRUCT]
    team.git("reset", "--hard", "--quiet")
    assert team.files() == before

    assert gitops(team, "update", "--yes").returncode == 1
    team.git("checkout", "--theirs", CONSTRUCT)
    team.commit({})
    assert team.files()[CONSTRUCT] == project.files()[CONSTRUCT]
    assert "Nothing to do" in gitops(team, "update").stderr
