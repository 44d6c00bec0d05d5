"""What a request needs of its token, and what GitHub answers without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fake_github.permissions import CHECKOUT, ID_TOKEN, need_of
from tests.fake_github.state import PullRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fake_github.permissions import Need
    from tests.fake_github.world import World

FORBIDDEN = (403, "Resource not accessible by integration")
"""https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#resource-not-accessible"""

HEADER = "X-Accepted-GitHub-Permissions"

_ABOUT_ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}"
_ABOUT_COMMENT = "/repos/{owner}/{repo}/issues/comments/{comment_id}"


def need_of_request(world: World, method: str, pattern: str, names: Sequence[str]) -> Need:
    """Return what a request needs; `names` are those of its path after owner and repository.

    Pull requests are issues, and permission for pull requests is enough for an issue that is one. A plain issue needs
    permission for issues: https://github.com/actions/github-script/pull/488
    """
    need = need_of(f"{method} {pattern}")
    number: int | None = None
    if pattern.startswith(_ABOUT_COMMENT):
        comment = world.state.comments.get(int(names[0]))
        number = comment.number if comment else None
    elif pattern.startswith(_ABOUT_ISSUE):
        number = int(names[0])
    issue = world.state.issues.get(number) if number is not None else None
    return need if issue is None or isinstance(issue, PullRequest) else need.without("pull_requests")


def beside_the_api(world: World, path: str) -> tuple[str, tuple[int, str]] | None:
    """Return which operation a path outside of the API is, and the refusal without its permission; None for others.

    git hides a private repository from a token that may not read it: https://github.com/brave/security-action/pull/334
    """
    if path == "/idtoken":
        return ID_TOKEN, FORBIDDEN
    if path == f"/{world.state.repository}.git/info/refs":
        return CHECKOUT, (404, "Repository not found.")
    return None
