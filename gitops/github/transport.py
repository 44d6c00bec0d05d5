"""Requests to GitHub's REST and GraphQL API: whole answers or an error, never a part.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx

from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

API_VERSION = "2022-11-28"
PAGE_SIZE = 100
TIMEOUT_SECONDS = 20.0
ATTEMPTS = 3
"""Tries of a request that changes nothing; one that writes is sent once, since its first try may have arrived."""
PATIENCE_SECONDS = 30.0
"""Longest wait that GitHub may ask for before another try."""

_NOT_FOUND = 404
_TOO_MANY = 429
_FORBIDDEN = 403
_SERVER_ERROR = 500
_REASON_LENGTH = 300


class GitHubError(UserError):
    """GitHub could not be reached, refused, or answered something that cannot be used; nothing is known.

    `status` is the HTTP status of the refusal; 0 when there was no usable answer. `is_rate_limit` says that the same
    request is refused for being one too many, with the status 403 as well as 429.
    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
    """

    def __init__(self, message: str, status: int = 0, *, is_rate_limit: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.is_rate_limit = is_rate_limit


class Transport:
    """A connection to GitHub with a token. Every method raises GitHubError for anything but a whole, good answer.

    Without a token GitHub answers for public repositories only, and less often.
    """

    def __init__(self, api_url: str, token: str | None) -> None:
        # On GitHub Enterprise Server REST is below /api/v3 and GraphQL below /api.
        # https://docs.github.com/en/enterprise-server@latest/graphql/guides/forming-calls-with-graphql
        self._graphql_url = f"{api_url.rstrip('/').removesuffix('/v3')}/graphql"
        self._client = httpx.Client(
            base_url=api_url.rstrip("/") + "/",
            headers={
                "Accept": "application/vnd.github+json",
                **({"Authorization": f"Bearer {token}"} if token else {}),
                "User-Agent": "gitops",
                "X-GitHub-Api-Version": API_VERSION,
            },
            timeout=TIMEOUT_SECONDS,
        )

    def get(self, path: str, **query: str | int) -> Any:  # noqa: ANN401 - JSON
        """Return the answer to a GET request."""
        return _json(self._get(path, query))

    def find(self, path: str, **query: str | int) -> Any:  # noqa: ANN401 - JSON
        """Return the answer to a GET request, or None when GitHub answers 404."""
        try:
            return self.get(path, **query)
        except GitHubError as error:
            if error.status == _NOT_FOUND:
                return None
            raise

    def pages(self, path: str, key: str = "", **query: str | int) -> list[Any]:
        """Return the items of all pages of a list, or of the list at `key` of each page."""
        items: list[Any] = []
        url: str | None = path
        parameters: Mapping[str, str | int] = {"per_page": PAGE_SIZE, **query}
        while url is not None:
            response = self._get(url, parameters)
            page = _json(response)
            found = page.get(key) if key and isinstance(page, dict) else page
            if not isinstance(found, list):
                raise GitHubError(f"GitHub's answer to GET {path} is not the list that was asked for")
            items += found
            url = response.links.get("next", {}).get("url")
            parameters = {}  # the link has them
        return items

    def send(self, method: str, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401 - JSON
        """Send a request that writes, once, and return the answer; None where GitHub answers without content."""
        try:
            response = self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise GitHubError(f"GitHub did not answer {method} {path}: {_named(error)}") from error
        _require_success(response)
        return _json(response) if response.content else None

    def graphql(self, query: str, variables: Mapping[str, object]) -> Any:  # noqa: ANN401 - JSON
        """Return the data of a GraphQL query or mutation."""
        answer = self.send("POST", self._graphql_url, {"query": query, "variables": variables})
        if not isinstance(answer, dict) or answer.get("errors") or "data" not in answer:
            errors = answer.get("errors", []) if isinstance(answer, dict) else []
            reasons = "; ".join(str(error.get("message")) for error in errors) or "no data"
            raise GitHubError(f"GitHub refused a GraphQL request: {reasons}")
        return answer["data"]

    def _get(self, path: str, query: Mapping[str, str | int]) -> httpx.Response:
        for attempt in range(1, ATTEMPTS + 1):
            last = attempt == ATTEMPTS
            try:
                response = self._client.get(path, params=query or None)
            except httpx.HTTPError as error:
                if last:
                    raise GitHubError(f"GitHub did not answer GET {path}: {_named(error)}") from error
                time.sleep(attempt)
                continue
            wait = _wait_before_retry(response, attempt)
            if last or wait is None:
                _require_success(response)
                return response
            time.sleep(wait)
        raise AssertionError  # the last attempt returns or raises


def _wait_before_retry(response: httpx.Response, attempt: int) -> float | None:
    """Return for how many seconds to wait before the same request may succeed, or None when it will not soon."""
    if response.status_code in {_FORBIDDEN, _TOO_MANY}:
        wait = response.headers.get("Retry-After", "")
        return float(wait) if wait.isdigit() and float(wait) <= PATIENCE_SECONDS else None
    return float(attempt) if response.status_code >= _SERVER_ERROR else None


def _require_success(response: httpx.Response) -> None:
    if response.is_success:
        return
    request = f"{response.request.method} {response.request.url.path}"
    reason = _reason(response)
    too_many = response.status_code == _TOO_MANY or (
        response.status_code == _FORBIDDEN
        and (response.headers.get("X-RateLimit-Remaining") == "0" or "Retry-After" in response.headers)
    )
    if too_many:
        reason = f"the rate limit of this token is used up; try again later ({reason})"
    raise GitHubError(
        f"GitHub answered {response.status_code} to {request}: {reason}",
        response.status_code,
        is_rate_limit=too_many,
    )


def _reason(response: httpx.Response) -> str:
    try:
        message = response.json()["message"]
    except (ValueError, TypeError, KeyError):
        message = response.reason_phrase or "no reason given"
    return str(message)[:_REASON_LENGTH]


def _json(response: httpx.Response) -> Any:  # noqa: ANN401 - JSON
    try:
        return response.json()
    except ValueError as error:
        request = f"{response.request.method} {response.request.url.path}"
        raise GitHubError(f"GitHub's answer to {request} is cut off or no JSON") from error


def _named(error: httpx.HTTPError) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
