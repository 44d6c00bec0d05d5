"""The door to git's history: which commit added a declaration, and which removed it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from constructs_lib.config.naming import EnvironmentName


@dataclass(frozen=True)
class History:
    """The history of the commit that is checked out where `folder`, the declarations, is."""

    folder: Path

    def require_whole(self) -> None:
        """Raise UserError when commits are missing, as in a shallow clone: what is not there would seem never to be."""
        if self._git("rev-parse", "--is-shallow-repository").strip() != "false":
            raise UserError(
                f"the clone of {self.folder} is shallow, so its history does not tell which files were removed. "
                "Fetch all of it: git fetch --unshallow, or fetch-depth: 0 in a workflow"
            )

    def added(self, name: EnvironmentName) -> str | None:
        """Return the newest commit that added the file of an environment, or None when none did."""
        return self._newest("A", name)

    def removed(self, name: EnvironmentName) -> str | None:
        """Return the newest commit that removed the file of an environment, or None when none did."""
        return self._newest("D", name)

    def before(self, commit: str, name: EnvironmentName) -> bytes:
        """Return the file of an environment as it was before a commit."""
        return self._git("show", f"{commit}^:./{name}.yaml").encode(errors="surrogateescape")

    def _newest(self, status: str, name: EnvironmentName) -> str | None:
        # A merge shows what it changed against its first parent, the branch that it went to.
        selection = ["--first-parent", "-m", "--no-renames", f"--diff-filter={status}", "--max-count=1"]
        found = self._git("log", *selection, "--no-patch", "--format=%H", "--", f"{name}.yaml").strip()
        return found or None

    def _git(self, *arguments: str) -> str:
        command: Sequence[str] = ["git", *arguments]
        try:
            done = subprocess.run(
                command, cwd=self.folder, check=True, capture_output=True, encoding="utf-8", errors="surrogateescape"
            )
        except FileNotFoundError as error:
            raise UserError(f"the history of {self.folder} needs git and that folder; one is missing") from error
        except subprocess.CalledProcessError as error:
            raise UserError(f"git cannot tell the history of {self.folder}: {error.stderr.strip()}") from error
        return done.stdout
