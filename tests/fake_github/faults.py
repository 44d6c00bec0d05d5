"""What can go wrong between a client and GitHub, on demand."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Outcome(Enum):
    """What a request gets instead of its answer."""

    SERVER_ERROR = "500"
    RATE_LIMIT = "403, and X-RateLimit-Remaining is 0"
    SECONDARY_RATE_LIMIT = "403 with Retry-After: 60"
    TOO_MANY_REQUESTS = "429 with Retry-After: 60"
    FORBIDDEN = "403, as for a token without the permission"
    NOT_FOUND = "404, as for a token that may not read"
    CUT_OFF = "the first half of the answer, then the connection closes"
    NOT_JSON = "the first half of the answer, as if it were the whole"
    CLOSED = "the connection closes without an answer; nothing was done"
    ANSWER_LOST = "the connection closes without an answer, after everything was done"
    EMPTY_LIST = "200 and no items"
    EMPTY_OBJECT = "200 and {}"
    SLOW = "the answer, after a while"


@dataclass(frozen=True, kw_only=True, slots=True)
class Instead:
    """An answer in place of the real one."""

    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


INSTEAD = {
    Outcome.SERVER_ERROR: Instead(status=500, message="Server Error"),
    Outcome.RATE_LIMIT: Instead(
        status=403,
        message="API rate limit exceeded for installation.",
        headers={"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "4102444800"},
    ),
    Outcome.SECONDARY_RATE_LIMIT: Instead(
        status=403, message="You have exceeded a secondary rate limit.", headers={"Retry-After": "60"}
    ),
    Outcome.TOO_MANY_REQUESTS: Instead(
        status=429, message="You have exceeded a secondary rate limit.", headers={"Retry-After": "60"}
    ),
    Outcome.FORBIDDEN: Instead(status=403, message="Resource not accessible by integration"),
    Outcome.NOT_FOUND: Instead(status=404, message="Not Found"),
}


EMPTY = {Outcome.EMPTY_LIST: b"[]", Outcome.EMPTY_OBJECT: b"{}"}


@dataclass(kw_only=True, slots=True)
class Fault:
    """An outcome for the requests of a method and a path below the repository; `*` stands for anything."""

    method: str
    path: str
    outcome: Outcome
    left: int | None
    """How many requests it still hits; None for all."""
    page: int | None
    seconds: float

    def hits(self, method: str, path: str, query: Mapping[str, Any]) -> bool:
        """Say whether this is the outcome of a request, and count it."""
        matches = fnmatchcase(method, self.method) and fnmatchcase(path, self.path)
        if not matches or self.left == 0 or self.page not in {None, int(query.get("page", 1))}:
            return False
        if self.left is not None:
            self.left -= 1
        return True
