"""How often GitHub may be asked.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

LIMIT = 1000
"""Requests an hour with the tokens of jobs, all of a repository together."""

WRITES_A_MINUTE = 80
"""Requests that make content: "in general, no more than 80 content-generating requests per minute"."""

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

PRIMARY = "API rate limit exceeded for installation."
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@dataclass(kw_only=True, slots=True)
class Limits:
    """The requests of the last hour, and the writes of the last minute."""

    limit: int = LIMIT
    writes_a_minute: int = WRITES_A_MINUTE
    _requests: list[datetime] = field(default_factory=list)
    _writes: list[datetime] = field(default_factory=list)

    def refused(self, method: str, now: datetime) -> tuple[int, str, dict[str, str]] | None:
        """Count a request, and return status, message and headers of its refusal if it is one too many."""
        self._requests = [moment for moment in self._requests if now - moment < HOUR]
        self._writes = [moment for moment in self._writes if now - moment < MINUTE]
        if len(self._requests) >= self.limit:
            return 403, PRIMARY, {}
        self._requests.append(now)
        if method == "GET":
            return None
        if len(self._writes) >= self.writes_a_minute:
            return 403, SECONDARY, {"Retry-After": str(int(MINUTE.total_seconds()))}
        self._writes.append(now)
        return None

    def headers(self, now: datetime) -> dict[str, str]:
        """Return the headers with which every answer tells of the primary limit."""
        first = min(self._requests, default=now)
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.limit - len(self._requests)),
            "X-RateLimit-Used": str(len(self._requests)),
            "X-RateLimit-Reset": str(int((first + HOUR).timestamp())),
            "X-RateLimit-Resource": "core",
        }
