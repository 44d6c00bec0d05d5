"""Rules on what applications may do with AWS."""

from collections.abc import Iterator, Mapping
from typing import cast

from constructs_lib.config.environment import BaseConfig, Environment
from constructs_lib.config.errors import Problem
from constructs_lib.config.rules.declarations import Declarations
from constructs_lib.config.source import FieldPath

_PARTS_OF_ACCESS: Mapping[str, frozenset[str]] = {
    "read": frozenset({"read"}),
    "read-write": frozenset({"read", "write"}),
    "send": frozenset({"send"}),
    "receive": frozenset({"receive"}),
    "send-receive": frozenset({"send", "receive"}),
}


def permissions_are_those_of_the_base(declarations: Declarations) -> Iterator[Problem]:
    """An app's file asks for what its base allows alone: who reviews apps decides on nothing else of the account."""
    for app, config in declarations.apps:
        allowed = cast("BaseConfig", cast("Environment", app.base).config).allowed_permissions
        asked = config.permissions
        yield from _beyond(app, "buckets", asked.buckets, allowed.buckets)
        yield from _beyond(app, "queues", asked.queues, allowed.queues)
        if asked.send_email and not allowed.send_email:
            yield _problem(app, ("permissions", "send_email"), "mail is not for apps", "send_email: true")


def _beyond(app: Environment, field: str, asked: Mapping[str, str], allowed: Mapping[str, str]) -> Iterator[Problem]:
    """Yield a problem for each name that is not allowed, or not for as much."""
    for name, access in asked.items():
        has = allowed.get(name)
        if has is None or not _PARTS_OF_ACCESS[access] <= _PARTS_OF_ACCESS[has]:
            what = (
                f"{name} is not for apps"
                if has is None
                else f"{access} of {name} is more than {has}, which is for apps"
            )
            yield _problem(app, ("permissions", field, name), what, f"{field}: {{{name}: {access}}}")


def _problem(app: Environment, path: FieldPath, what: str, remedy: str) -> Problem:
    base = cast("Environment", app.base)
    return app.problem(
        path, f"{what} on {base.name}; remove it, or add {remedy} to allowed_permissions of {base.source.path}"
    )
