"""Rules on scheduled jobs."""

from collections.abc import Iterator

from constructs_lib.config import awake_hours, cron
from constructs_lib.config.environment import Environment
from constructs_lib.config.errors import Problem
from constructs_lib.config.model import JobConfig
from constructs_lib.config.naming import logical_id
from constructs_lib.config.rules.declarations import Declarations
from constructs_lib.config.source import FieldPath


def schedules_of_jobs_are_clear(declarations: Declarations) -> Iterator[Problem]:
    """The schedule of a job is one that AWS has, in a time zone of the IANA database."""
    for app, path, job in _jobs(declarations):
        try:
            cron.expression(job.schedule)
        except ValueError as error:
            yield app.problem((*path, "schedule"), str(error))
        message = awake_hours.time_zone_problem(job.timezone)
        if message:
            yield app.problem((*path, "timezone"), message)


def job_ids_are_unique(declarations: Declarations) -> Iterator[Problem]:
    """Jobs `mail-1` and `mail1` would both be `Mail1` in the stack; logs tell jobs and services apart by name."""
    for app, config in declarations.apps:
        first: dict[str, str] = {}
        for name in config.jobs:
            if name in config.services:
                yield app.problem(("jobs", name), "is the name of a service too; rename one of them")
            other = first.setdefault(logical_id(name), name)
            if other != name:
                message = f"would be {logical_id(name)} in the stack, as the job {other}; rename one of them"
                yield app.problem(("jobs", name), message)


def _jobs(declarations: Declarations) -> Iterator[tuple[Environment, FieldPath, JobConfig]]:
    for app, config in declarations.apps:
        for name, job in config.jobs.items():
            yield app, ("jobs", name), job
