"""Jobs of GitHub Actions as processes of their own: in a checkout, with the fake GitHub."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.gitops.checkouts import Checkout
from tests.workflows.harness.permissions import commits, token_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.fake_github.fake import FakeGitHub

RUN_URL = "https://github.com/example/environments/actions/runs/1"


@dataclass(frozen=True)
class Jobs:
    """Jobs of one run, in a clone of the default branch."""

    checkout: Checkout
    github: FakeGitHub

    def run(
        self,
        *arguments: str,
        job: str | None = None,
        event: Mapping[str, Any] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run one command as a step of a job, `workflow/job`; without one, of a job that has a step with it."""
        of = job or _job(arguments)
        file = self.checkout.root / "event.json"
        file.write_text(json.dumps(event or {}))
        self.output.write_text("")
        return self.checkout.gitops(
            *arguments,
            GITHUB_ACTIONS="true",
            GITHUB_API_URL=self.github.url,
            GITHUB_EVENT_PATH=str(file),
            GITHUB_OUTPUT=str(self.output),
            GITHUB_REPOSITORY=self.github.repository,
            GITHUB_RUN_ID="1",
            GITHUB_SERVER_URL="https://github.com",
            GITHUB_SHA=self.github.head(),
            GITHUB_STEP_SUMMARY=str(self.checkout.root / "summary.md"),
            GITHUB_TOKEN=token_of(self.github, of),
            **({"COMMIT_APP_TOKEN": self.github.issue_app_token()} if commits(of) else {}),
            **(environ or {}),
        )

    @property
    def output(self) -> Path:
        return self.checkout.root / "output"

    @property
    def outputs(self) -> dict[str, Any]:
        """What the last step has set."""
        lines = (line.split("=", 1) for line in self.output.read_text().splitlines())
        return {name: json.loads(value) for name, value in lines}

    @property
    def summary(self) -> str:
        return (self.checkout.root / "summary.md").read_text()

    def push(self) -> str:
        """Bring the default branch to the declarations of the checkout; return the commit."""
        root = self.checkout.root
        files: dict[str, str | None] = {
            file.relative_to(root).as_posix(): file.read_text() for file in (root / "environments").glob("*/*.yaml")
        }
        return self.github.commit(files)

    def merge(self, files: Mapping[str, str | None], *, author: str = "octocat") -> int:
        """Let a pull request with these files be opened and merged; return its number."""
        branch = f"change-{len(self.github.state.issues)}"
        self.github.commit(files, branch=branch, author=author)
        number = self.github.open_pull_request(branch=branch, author=author)
        self.github.merge(number)
        return number

    def pull(self, *options: str) -> None:
        """Bring the checkout to the default branch, with its whole history."""
        root = self.checkout.root
        if not (root / ".git").exists():
            self._git("init", "--quiet")
            self._git("remote", "add", "origin", f"file://{self.github.git_url}")
        self._git("fetch", "--quiet", *options, "origin", "main")
        self._git("checkout", "--quiet", "--force", "-B", "main", "FETCH_HEAD")

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.checkout.root, check=True, capture_output=True)


def _job(arguments: tuple[str, ...]) -> str:
    """Return the job of our workflows that has a step with this command."""
    if arguments[0] == "report":
        return {"deployment": "deploy/report", "drift": "drift/report", "reap": "reap/decide"}[arguments[1]]
    if "--only-expired" in arguments:
        return "reap/destroy"
    return {
        "affected": "deploy/affected",
        "deploy": "deploy/apps",
        "destroy": "deploy/removed-apps",
        "drift": "drift/observe",
        "doctor": "deploy/production-apps" if "production" in arguments else "deploy/apps",
        "reap": "reap/observe",
    }[arguments[0]]
