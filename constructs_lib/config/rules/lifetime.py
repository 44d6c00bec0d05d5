"""Rules on how long and how many: the policy of ad hoc bases."""

from collections.abc import Iterator
from datetime import date, timedelta

from constructs_lib.config.environment import Environment
from constructs_lib.config.errors import Problem, Severity
from constructs_lib.config.model import AdHocAppConfig, AdHocBaseConfig, PolicyConfig
from constructs_lib.config.rules.declarations import Declarations


def expiry_is_within_policy(declarations: Declarations) -> Iterator[Problem]:
    """`expires` is a day that exists, not past, and not further away than the base allows.

    A past day is an error for the declarations that are being changed and a warning for others, so that the
    passing of time alone breaks nothing.
    """
    for app, config in declarations.apps:
        if not isinstance(config, AdHocAppConfig):
            continue
        try:
            expires = date.fromisoformat(config.expires)
        except ValueError:
            yield app.problem(("expires",), f"{config.expires} is not a day of the calendar")
            continue
        if declarations.today:
            severity: Severity = "error" if app.name in declarations.strict else "warning"
            yield from _expiry(app, expires, declarations.today, _policy(app), severity)


def consents_end_on_a_day(declarations: Declarations) -> Iterator[Problem]:
    """`until` of a consent to a replacement is a day that exists."""
    for environment in declarations.environments:
        for index, consent in enumerate(environment.config.allow_replacement):
            try:
                date.fromisoformat(consent.until)
            except ValueError:
                path = ("allow_replacement", index, "until")
                yield environment.problem(path, f"{consent.until} is not a day of the calendar")


def environments_are_within_policy(declarations: Declarations) -> Iterator[Problem]:
    """A base has at most as many apps as its policy allows; those that came last are too many."""
    apps = declarations.by_base()
    for base, config in declarations.bases:
        on_base = apps.get(base.name, [])
        if isinstance(config, AdHocBaseConfig) and len(on_base) > config.policy.max_environments:
            most = config.policy.max_environments
            message = f"{len(on_base)} environments are declared, and {most} are allowed"
            remedy = "remove one that is no longer needed, or raise the limit"
            for app, _config in on_base[most:]:
                yield base.problem(("policy", "max_environments"), f"{message}; {remedy}", about=app.name)


def _expiry(
    app: Environment, expires: date, today: date, policy: PolicyConfig, severity: Severity
) -> Iterator[Problem]:
    days = (expires - today).days
    most = policy.max_lifetime_days
    if days > most:
        yield app.problem(("expires",), f"{expires} is {_days(days)} away; this base allows at most {most}")
    elif days < 0:
        latest = today + timedelta(days=most)
        message = f"{expires} was {_days(-days)} ago; remove the file, or choose a day up to {latest}"
        yield app.problem(("expires",), message, severity)


def _policy(app: Environment) -> PolicyConfig:
    base = app.base.config if app.base else None
    return base.policy if isinstance(base, AdHocBaseConfig) else PolicyConfig()


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
