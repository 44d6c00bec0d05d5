"""What was found in one account: what has had its time, what will have soon, what is left alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from constructs_lib.config.environments import parse_name
from constructs_lib.config.model import AdHocAppConfig
from gitops.handoff import AccountDocument, Date, Document, EnvironmentId, LongText, Region, ShortText, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from constructs_lib.config.environments import Environment
    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.cloudformation import DeployedStack

AD_HOC_APP = "ad-hoc-app"

THRESHOLDS = (4, 48)
"""Hours before the end of the last day at which people are told, the nearest first."""

_MOST = Meta(max_length=10_000)


class Due(Document, frozen=True, kw_only=True):
    """An environment that has had its time. `region` is where it is."""

    environment: EnvironmentId
    region: Region
    why: Text


class Announcement(Document, frozen=True, kw_only=True):
    """An environment that has its time in less than `hours`, one of the thresholds."""

    environment: EnvironmentId
    expires: Date
    hours: Annotated[int, Meta(ge=1, le=1_000)]


class Left(Document, frozen=True, kw_only=True):
    """An environment that is left alone though its time is over, or though nobody declares it."""

    environment: ShortText
    why: LongText


class Observation(AccountDocument, frozen=True, kw_only=True):
    """All of one account. `moment` is when it was observed."""

    moment: Annotated[datetime, Meta(tz=True)]
    due: Annotated[tuple[Due, ...], _MOST]
    announcements: Annotated[tuple[Announcement, ...], _MOST]
    left: Annotated[tuple[Left, ...], _MOST]


def deadline(expires: str) -> datetime:
    """Return the end of the day `expires`, YYYY-MM-DD, in UTC: the moment from which an environment is due."""
    return datetime.combine(date.fromisoformat(expires) + timedelta(days=1), time(), tzinfo=UTC)


def judge_declared(environments: Iterable[Environment], now: datetime) -> Iterator[Due | Announcement | Left]:
    """Yield what is to be said of declared environments, deployed or not; most are left out."""
    for environment in environments:
        config = environment.config
        if not isinstance(config, AdHocAppConfig):
            continue
        name = str(environment.name)
        remaining = deadline(config.expires) - now
        lock = environment.lock
        if remaining > timedelta(0):
            near = [hours for hours in THRESHOLDS if remaining <= timedelta(hours=hours)]
            if near and not lock:
                yield Announcement(environment=name, expires=config.expires, hours=near[0])
        elif lock:
            yield Left(environment=name, why=f"expired on {config.expires}, but is {lock}")
        else:
            yield Due(environment=name, region=environment.region, why=f"expired on {config.expires}")


def strangers(
    declared: Iterable[Environment], stacks: Iterable[DeployedStack]
) -> Iterator[tuple[EnvironmentName, DeployedStack] | Left]:
    """Yield the stacks of ad hoc environments that are not declared, or what is to be said of them."""
    places = {environment.name: environment.place for environment in declared}
    for stack in stacks:
        if stack.kind != AD_HOC_APP or stack.environment is None:
            continue
        try:
            name = parse_name(stack.environment)
        except ValueError:
            yield Left(environment=stack.environment, why=f"the stack {stack.name} has a tag that names no environment")
            continue
        if name not in places:
            yield name, stack
        elif places[name] != stack.where:
            yield Left(environment=str(name), why=f"is deployed in {stack.where} and declared in {places[name]}")
