"""DescribeStacks is refused when it is asked too often, and answers again after a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws.strictness.throttling import BURST, RATE, TokenBucket

if TYPE_CHECKING:
    from tests.local_aws.accounts import Account


class Clock:
    """Time that passes when it is told to, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_has_a_burst_and_fills_again() -> None:
    clock = Clock()
    bucket = TokenBucket(clock)

    at_once = [bucket.take() for _ in range(BURST + 1)]
    clock.now += 1
    second_later = [bucket.take() for _ in range(int(RATE) + 1)]
    clock.now += 3600
    much_later = [bucket.take() for _ in range(BURST + 1)]

    assert at_once == [True] * BURST + [False]
    assert second_later == [True] * int(RATE) + [False]
    assert much_later == [True] * BURST + [False]


def test_describe_stacks_is_throttled_and_a_client_that_tries_again_gets_its_answer(account: Account) -> None:
    config = Config(retries={"total_max_attempts": 1})
    impatient = account.client("cloudformation", config)

    def ask_often() -> None:
        for _ in range(100 * BURST):
            impatient.describe_stacks()

    with pytest.raises(ClientError, match="Rate exceeded") as error:
        ask_often()

    assert error.value.response["Error"]["Code"] == "Throttling"
    assert account.client("cloudformation").describe_stacks()["Stacks"] == []
    impatient.list_stacks()
