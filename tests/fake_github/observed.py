"""What a test sees of the calls of jobs, the tokens that it gives them, and what it lets go wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fake_github.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fake_github.acts import Act
    from tests.fake_github.faults import Outcome
    from tests.fake_github.limits import Limits
    from tests.fake_github.server import Call, Server
    from tests.fake_github.uses import Use


class Observed:
    """The fake's HTTP side, as tests have it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.all_permissions_token = server.tokens.issue("", None)
        """A token that no job has: it may do everything. For tests of what the client does with answers."""

    # Tokens

    def issue_token(self, job: str, permissions: Mapping[str, str], *, built_in: bool = True) -> str:
        """Return a token for a job, `workflow/job`, with its `permissions:` as a workflow writes them.

        One that is not `built_in` is that of a GitHub App, with which a job may work as well.
        """
        return self._server.tokens.issue(job, permissions, built_in=built_in)

    def issue_app_token(self) -> str:
        """Return a token of the GitHub App that commits, with the permissions that jobs ask for."""
        return self.issue_token("GitHub App", {"contents": "write", "pull-requests": "write"}, built_in=False)

    def jobs_with_tokens_in(self, text: str) -> list[str]:
        """Return the jobs whose tokens a text has in it; empty is good."""
        return self._server.tokens.named_in(text)

    @property
    def uses(self) -> list[Use]:
        """Which permission each call so far needed, by the jobs of the tokens."""
        return list(self._server.uses)

    @property
    def acts(self) -> list[Act]:
        """The events that calls so far have made."""
        return list(self._server.acts)

    @property
    def refused(self) -> list[str]:
        """Calls of jobs whose token had not the permission; empty is good."""
        return [
            f"{use.job}: {use.operation} needs {use.need.header}"
            for use in self._server.uses
            if use.job and not use.allowed
        ]

    # What happened

    @property
    def calls(self) -> list[Call]:
        """All requests so far."""
        return list(self._server.calls)

    @property
    def writes(self) -> list[str]:
        """The requests so far that were not GET, as `POST /issues/1/comments`, whatever their answer."""
        return [str(call) for call in self._server.calls if call.method != "GET"]

    @property
    def violations(self) -> list[str]:
        """Requests that GitHub's description does not allow, and wrong answers of the fake; empty is good."""
        return list(self._server.violations)

    def forget_calls(self) -> None:
        """Start the records of calls and of their events anew."""
        self._server.calls.clear()
        self._server.acts.clear()

    # What goes wrong

    def fault(
        self,
        method: str,
        path: str,
        outcome: Outcome,
        *,
        times: int | None = None,
        page: int | None = None,
        seconds: float = 1.0,
    ) -> None:
        """Spoil requests to a path below the repository, `/issues/*/comments`; the first `times` of them, or all.

        `page` restricts this to one page of a list. Earlier faults come first. `seconds` is how slow SLOW is.
        """
        self._server.faults.append(
            Fault(method=method, path=path, outcome=outcome, left=times, page=page, seconds=seconds)
        )

    def heal(self) -> None:
        """End all faults."""
        self._server.faults.clear()

    @property
    def limits(self) -> Limits:
        """How often jobs may ask; set a limit to reach it with few requests."""
        return self._server.limits
