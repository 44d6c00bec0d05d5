"""The tokens that GitHub gives to jobs, each with the permissions of its job.

https://docs.github.com/en/actions/concepts/security/github_token
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fake_github.permissions import named_as_in_api
from tests.fake_github.state import APP, BOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fake_github.permissions import Need

DEPENDABOT = "dependabot[bot]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """The permissions of a job, `workflow/job`, by the names of the API. None is every permission.

    One that is not `built_in` is the token of a GitHub App, whose acts start workflows.
    """

    job: str
    permissions: Mapping[str, str] | None
    built_in: bool

    @property
    def login(self) -> str:
        """By whom GitHub shows what is done with it."""
        return BOT if self.built_in else APP

    @property
    def may_bypass(self) -> bool:
        """Whether a ruleset can let it pass: not the one that GitHub gives to a job.

        https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/creating-rulesets-for-a-repository#granting-bypass-permissions-for-your-branch-or-tag-ruleset
        """
        return not self.built_in or self.permissions is None

    def meets(self, need: Need) -> bool:
        """Whether GitHub does for this token what needs these permissions."""
        return self.permissions is None or need.is_met_by(self.permissions)


class Tokens:
    """The tokens that are valid."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}

    def issue(self, job: str, permissions: Mapping[str, str] | None, *, built_in: bool = True) -> str:
        """Return a new token with the `permissions:` of a job."""
        secret = f"ghs_{secrets.token_hex(18)}"
        named = None if permissions is None else named_as_in_api(permissions)
        self._tokens[secret] = Token(job=job, permissions=named, built_in=built_in)
        return secret

    def of_header(self, authorization: str | None) -> Token | None:
        """Return the token of a request; None when it has no valid one."""
        kind, _, secret = (authorization or "").partition(" ")
        return self._tokens.get(secret) if kind.lower() in {"bearer", "token"} else None

    def named_in(self, text: str) -> list[str]:
        """Return the jobs whose tokens a text has in it."""
        return [token.job for secret, token in self._tokens.items() if secret in text]


def granted(declared: Mapping[str, str], event: str, payload: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the permissions of a token for an event: the declared ones, for a fork and for Dependabot reading alone.

    https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request
    https://docs.github.com/en/code-security/dependabot/troubleshooting-dependabot/troubleshooting-dependabot-on-github-actions
    """
    if event != "pull_request":
        return declared
    head = payload["pull_request"]["head"]["repo"]
    foreign = head is None or head["full_name"] != payload["repository"]["full_name"]
    if not foreign and payload["sender"]["login"] != DEPENDABOT:
        return declared
    return {name: "read" for name, level in declared.items() if level != "none" and name != "id-token"}
