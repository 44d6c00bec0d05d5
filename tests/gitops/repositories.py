"""A small git repository for one test: declarations, code whose stacks are tiny, and commits."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.gitops.checkouts import CommandLine

APP_FILE = "app.py"
LOCK = """\
[[package]]
name = "aws-cdk-lib"
version = "2.275.0"

[[package]]
name = "pytest"
version = "9.0.0"
"""


@dataclass(frozen=True)
class GitRepository(CommandLine):
    """A checkout whose app.py is a file of its own, so that a test can change the code."""

    @classmethod
    def create(cls, checkout: CommandLine) -> GitRepository:
        made = cls(checkout.root)
        (made.root / APP_FILE).unlink()
        (made.root / APP_FILE).write_text(Path(__file__).with_name("small_app.py").read_text())
        (made.root / "uv.lock").unlink()
        (made.root / "uv.lock").write_text(LOCK)
        (made.root / ".gitignore").write_text(".gitops\nnode_modules\n")
        made.git("init", "--initial-branch", "main")
        return made

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=octocat", "-c", "user.email=octocat@example.com", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *identity, *arguments], cwd=self.root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self) -> str:
        """Commit everything and return the commit."""
        self.git("add", "--all", ".")
        self.git("commit", "--allow-empty", "--message", "change")
        return self.git("rev-parse", "HEAD")

    def remove(self, name: str) -> None:
        (self.root / "environments" / f"{name}.yaml").unlink()

    def replace(self, path: str, old: str, new: str) -> None:
        file = self.root / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def outputs(self, file: Path) -> dict[str, Any]:
        """What a step has set, by name."""
        pairs = (line.split("=", 1) for line in file.read_text().splitlines())
        return {name: json.loads(value) for name, value in pairs}
