"""Putting ad hoc environments to sleep and waking them: how many tasks each service has, none or one.

That is a state of AWS, not of the declaration, like the number of tasks that autoscaling chooses.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from constructs_lib.config import awake_hours
from constructs_lib.config.model import AdHocAppConfig, ScheduleConfig
from gitops.access import deployed
from gitops.aws.ecs import Ecs
from gitops.errors import UserError

if TYPE_CHECKING:
    from constructs_lib.config.environments import Environment
    from gitops.aws.target import TargetName

_DAYS_AHEAD = 8


def set_awake(environment: Environment, requested: TargetName | None, *, awake: bool) -> list[str]:
    """Wake the services of an app or put them to sleep, and return the names of those that were not so already.

    Raises:
        UserError: it is no ad hoc app, it is locked, or it is not deployed.
        AwsError: AWS cannot be reached or refuses.
    """
    name = environment.name
    if not isinstance(environment.config, AdHocAppConfig):
        raise UserError(f"{name} is `{environment.kind}`; only ad hoc apps sleep and wake")
    if lock := environment.lock:
        raise UserError(f"{name} is {lock}; nothing was changed. Take `lock` out of its file first")
    app = deployed.find_app(environment, requested)
    ecs = Ecs(app.session, app.where)
    wanted = 1 if awake else 0
    changed = [service for service in deployed.services_of(app, ecs).values() if service.desired != wanted]
    for service in changed:
        ecs.scale(service, wanted)
    return [service.name for service in changed]


def next_change(environment: Environment, now: datetime, *, awake: bool) -> str:
    """Return in a sentence when the schedule ends the state that an app has now, `awake` or asleep."""
    config = environment.config
    schedule = config.schedule if isinstance(config, AdHocAppConfig) else None
    if schedule is None:
        other = "sleep" if awake else "wake"
        return f"It has no schedule, so it stays so until: gitops {other} {environment.name}"
    moment = _next_action(schedule, now, wake=not awake)
    does = "puts it to sleep" if awake else "wakes it"
    return f"Its schedule {does} on {moment:%A, %Y-%m-%d, at %H:%M} ({schedule.timezone})."


def _next_action(schedule: ScheduleConfig, now: datetime, *, wake: bool) -> datetime:
    """Return when the schedule next wakes an app, or puts it to sleep, on the clock of its time zone."""
    hours = awake_hours.parse(schedule.awake)
    days, at = (hours.days, hours.start) if wake else (hours.end_days, hours.end)
    local = now.astimezone(ZoneInfo(schedule.timezone))
    moments = (datetime.combine(local.date() + timedelta(days=ahead), at, local.tzinfo) for ahead in range(_DAYS_AHEAD))
    return next(moment for moment in moments if moment.weekday() in days and moment > local)
