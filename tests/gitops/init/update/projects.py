"""A small project with releases, and the repository of a team that was made from it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LINES = "".join(f"line {number}\n" for number in range(1, 21))
PYPROJECT = '[project]\nname = "django-environments"\nversion = "{}"\n'
CHANGELOG = "# Changelog\n\n## Unreleased\n\n"
FIRST = {
    ".github/CODEOWNERS": "* @example/platform\n",
    ".github/workflows/check.yml": f"name: check\n{LINES}",
    ".github/workflows/image.yml": f"name: image\n{LINES}",
    "CHANGELOG.md": f"{CHANGELOG}## 0.1.0\n\n- The first.\n",
    "README.md": f"# Django environments\n{LINES}",
    "constructs_lib/network.py": LINES,
    "constructs_lib/old.py": f"OLD = 1\n{LINES}",
    "environments/dev/base.yaml": "kind: ad-hoc-base\n",
    "environments/dev/alpha.yaml": "kind: ad-hoc-app\n",
    "environments/schema.json": f"{{}}\n{LINES}",
    "examples/microblog/manage.py": "# the sample\n",
    "pyproject.toml": PYPROJECT.format("0.1.0"),
}
SECOND = {
    ".github/workflows/check.yml": f"name: check\n{LINES}".replace("line 2\n", "line 2 of v0.2.0\n"),
    ".github/workflows/image.yml": f"name: image\n{LINES}".replace("line 3\n", "line 3 of v0.2.0\n"),
    ".github/CODEOWNERS": "* @example/platform\n# of v0.2.0\n",
    "CHANGELOG.md": f"{CHANGELOG}## 0.2.0\n\n- **The second.**\n\n## 0.1.0\n\n- The first.\n",
    "README.md": f"# Django environments 2\n{LINES}",
    "constructs_lib/network.py": LINES.replace("line 1\n", "line 1 of v0.2.0\n"),
    "constructs_lib/new.py": "NEW = 1\n",
    "constructs_lib/old.py": None,
    "environments/dev/gamma.yaml": "kind: ad-hoc-app\n",
    "environments/dev/base.yaml": "kind: ad-hoc-base\nregion: eu-west-1\n",
    "environments/schema.json": f"{{}}\n{LINES}".replace("line 20\n", "line 20 of v0.2.0\n"),
    "examples/microblog/manage.py": "# the sample of v0.2.0\n",
    "examples/microblog/more.py": "# the sample of v0.2.0\n",
    "pyproject.toml": PYPROJECT.format("0.2.0"),
}
"""What the second release changes, adds and, where it says None, removes."""

TEAM = {
    ".github/CODEOWNERS": "* @acme/platform\n",
    ".github/workflows/image.yml": None,
    "README.md": "# Environments of acme\n",
    "environments/dev/alpha.yaml": None,
    "environments/dev/base.yaml": "kind: ad-hoc-base\naccount: main\n",
    "environments/dev/first.yaml": "kind: ad-hoc-app\nowner: monalisa\n",
    "examples/microblog/manage.py": None,
    "scripts/ours.sh": "echo ours\n",
}
"""What a team makes of the first release."""


@dataclass(frozen=True)
class Repository:
    """A git repository in a folder."""

    top: Path

    @classmethod
    def create(cls, top: Path, files: Mapping[str, str]) -> Repository:
        top.mkdir()
        cls(top).write(files)
        return cls.begin(top)

    @classmethod
    def begin(cls, top: Path) -> Repository:
        """Make a repository of what is in a folder, in one commit."""
        made = cls(top)
        made.git("init", "--quiet", "--initial-branch", "main")
        made.commit({})
        return made

    @property
    def url(self) -> str:
        return f"file://{self.top}"

    @property
    def folder(self) -> Path:
        return self.top / "environments"

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=octocat", "-c", "user.email=octocat@example.com", "-c", "commit.gpgsign=false"]
        command = ["git", *identity, *arguments]
        return subprocess.run(command, cwd=self.top, check=True, capture_output=True, text=True).stdout

    def feed(self, given: str, *arguments: str) -> str:
        """Run git with something to read; return the one line that it prints."""
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=self.top, input=given, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def write(self, files: Mapping[str, str | None]) -> None:
        for path, text in files.items():
            file = self.top / path
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)

    def commit(self, files: Mapping[str, str | None]) -> str:
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "change")
        return self.git("rev-parse", "HEAD").strip()

    def release(self, tag: str, files: Mapping[str, str | None]) -> str:
        commit = self.commit(files)
        self.git("tag", "--annotate", "--message", tag, tag)
        return commit

    def files(self) -> dict[str, bytes]:
        """Return what is in the work tree, besides what is git's."""
        found = (file for file in self.top.rglob("*") if file.is_file() or file.is_symlink())
        below = ((file.relative_to(self.top), file) for file in found)
        return {path.as_posix(): file.read_bytes() for path, file in below if path.parts[0] != ".git"}

    def everything(self) -> tuple[dict[str, bytes], str, str, list[str]]:
        """Return the work tree, what the index says, all refs, and the names of git's objects."""
        objects = sorted(str(file.relative_to(self.top)) for file in (self.top / ".git/objects").rglob("*"))
        return self.files(), self.git("ls-files", "--stage"), self.git("for-each-ref"), objects


def from_template(project: Repository, top: Path) -> Repository:
    """Return a repository as GitHub makes one from a template: the files in one commit, and no history."""
    shutil.copytree(project.top, top, ignore=shutil.ignore_patterns(".git"))
    return Repository.begin(top)
