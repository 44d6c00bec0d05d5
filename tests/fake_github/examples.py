"""The examples of answers in GitHub's description, about the fake's repository."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from tests.fake_github.contract import Contract
    from tests.fake_github.state import State

BOT_ID = 41898282
"""The id of github-actions[bot]."""

OWNER_IDS = {"example": 583231}
"""Ids of owners that declarations of accounts name."""

_EXAMPLE_NUMBER = "/1347"
_EXAMPLE_REPOSITORIES = ("octocat/Hello-World", "octocat/example")


class Examples:
    """Examples to put facts into; `root` is the URL of the repository's API, `page` that of its pages."""

    def __init__(self, contract: Contract, state: State, api_url: str) -> None:
        self._contract, self._repository, self._api_url = contract, state.repository, api_url
        self._texts: dict[tuple[str, str], str] = {}
        self.root = f"{api_url}/repos/{state.repository}"
        self.page = f"https://github.com/{state.repository}"
        self._user = contract.example("issue-comment")["user"]

    def of(self, name: str, *, number: int = 0, repository: str | None = None) -> Any:
        """Return a copy of an example; those of issues and pull requests get the number."""
        about = repository or self._repository
        key = (name, about)
        if key not in self._texts:
            text = json.dumps(self._contract.example(name)).replace("https://api.github.com", self._api_url)
            for example in _EXAMPLE_REPOSITORIES:
                text = text.replace(example, about)
            self._texts[key] = text
        return json.loads(self._texts[key].replace(_EXAMPLE_NUMBER, f"/{number}"))

    def user(self, login: str) -> dict[str, Any]:
        """Return a user, or a bot where the name says so."""
        bot = login.endswith("[bot]")
        page = f"https://github.com/apps/{login.removesuffix('[bot]')}" if bot else f"https://github.com/{login}"
        links = {key: value.replace("octocat", login) for key, value in self._user.items() if key.endswith("url")}
        return {
            **self._user,
            **links,
            "login": login,
            "id": BOT_ID if bot else OWNER_IDS.get(login, sum(map(ord, login))),
            "type": "Bot" if bot else "User",
            "html_url": page,
        }


def stamp(moment: datetime) -> str:
    """Return a moment as GitHub writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
