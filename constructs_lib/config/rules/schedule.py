"""Rules on the hours in which ad hoc environments run."""

from collections.abc import Iterator

from constructs_lib.config import awake_hours
from constructs_lib.config.errors import Problem
from constructs_lib.config.model import AdHocAppConfig
from constructs_lib.config.rules.declarations import Declarations


def awake_hours_are_clear(declarations: Declarations) -> Iterator[Problem]:
    """Each day is named once, and an environment sleeps some of the time."""
    for app, config in declarations.apps:
        if isinstance(config, AdHocAppConfig) and config.schedule:
            try:
                awake_hours.parse(config.schedule.awake)
            except ValueError as error:
                yield app.problem(("schedule", "awake"), str(error))


def time_zones_exist(declarations: Declarations) -> Iterator[Problem]:
    """Hours follow the clock of a time zone; AWS knows those of the IANA database."""
    for app, config in declarations.apps:
        if isinstance(config, AdHocAppConfig) and config.schedule:
            message = awake_hours.time_zone_problem(config.schedule.timezone)
            if message:
                yield app.problem(("schedule", "timezone"), message)
