"""Rates of requests beyond which an API answers that they are too many.

AWS publishes no figures for CloudFormation. Those here let a program that asks for one stack after another feel it, as
one does on AWS: https://github.com/aws/aws-cdk/issues/38010
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local_aws import ministack
from local_aws.ministack import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

BURST = 50
"""Requests at once, in an account and region."""
RATE = 20.0
"""Requests a second in the long run."""


@dataclass
class TokenBucket:
    """How many requests may be made now: `burst` at first, and `rate` more with each second."""

    clock: Callable[[], float] = time.monotonic
    tokens: float = BURST
    filled: float | None = field(default=None)

    def take(self) -> bool:
        """Take a token for a request; False when there is none."""
        now = self.clock()
        self.tokens = min(BURST, self.tokens + (now - (now if self.filled is None else self.filled)) * RATE)
        self.filled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


_describe_stacks: dict[tuple[str, str], TokenBucket] = {}


def throttle_describe_stacks() -> None:
    """Refuse DescribeStacks beyond its rate in the account and region of the request."""
    bucket = _describe_stacks.setdefault((ministack.account_id(), ministack.region()), TokenBucket())
    if not bucket.take():
        raise ApiError("DescribeStacks", "Throttling", "Rate exceeded")
