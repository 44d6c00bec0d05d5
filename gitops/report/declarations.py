"""The one issue of a repository that says what is wrong with the declarations of its default branch, while there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.github import sticky_issue
from gitops.output import markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.config.errors import Problem
    from gitops.github.repository import Repository

TOPIC = "declarations"
TITLE = "Declarations on the default branch are wrong"

_MOST_SHOWN = 50_000


def report_declarations(repository: Repository, errors: Sequence[Problem], *, sha: str, run_url: str) -> None:
    """Open, update or close the issue by the errors at the commit `sha`. Raises GitHubError."""
    if errors:
        listed = "\n".join(str(error) for error in errors)
        shown = listed if len(listed) <= _MOST_SHOWN else f"{listed[:_MOST_SHOWN]}…"
        text = (
            f"At commit {markdown.code(sha[:7])} ([log]({run_url})), what these lines are about is not deployed or "
            f"updated; everything else is, and everything can be destroyed:\n\n{markdown.block(shown)}\n\n"
            "Two changes that are right each can be wrong together. Correct the files in a pull request: this issue is "
            "closed by the first commit at which all declarations are right."
        )
    else:
        text = f"All declarations are right at commit {markdown.code(sha[:7])}."
    sticky_issue.update(repository, TOPIC, TITLE, text, over=not errors)
