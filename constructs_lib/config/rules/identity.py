"""Rules on names: a name made from a declaration's must belong to that declaration alone."""

from collections.abc import Iterator

from constructs_lib.config.errors import Problem
from constructs_lib.config.naming import ACCOUNTS_FOLDER, EnvironmentName, logical_id
from constructs_lib.config.rules.declarations import Declarations

_MOVING_TAGS = frozenset({"latest"})


def stack_names_are_unique(declarations: Declarations) -> Iterator[Problem]:
    """The stack of dev/a-bc and that of dev-a/bc would be one."""
    first: dict[str, EnvironmentName] = {}
    for environment in declarations.environments:
        name = environment.name
        other = first.setdefault(name.stack, name)
        if other != name:
            message = f"its stack would be {name.stack}, as that of {other}; rename one of them"
            yield environment.source.problem((), message)


def accounts_are_declared_once(declarations: Declarations) -> Iterator[Problem]:
    """An account may have a file a region, not two for the same."""
    first: dict[tuple[str, str], str] = {}
    for name, account in declarations.accounts.items():
        other = first.setdefault((account.config.id, account.config.region), name)
        if other != name:
            message = f"is already declared, with the region {account.config.region}, by {ACCOUNTS_FOLDER}/{other}.yaml"
            yield account.source.problem(("id",), f"{message}; remove one of them")


def cache_databases_are_unique(declarations: Declarations) -> Iterator[Problem]:
    """Two apps of a base that shared a logical cache database would read each other's data."""
    first: dict[tuple[EnvironmentName, int], EnvironmentName] = {}
    for app, _config in declarations.apps:
        number = app.name.cache_database
        other = first.setdefault((app.name.base, number), app.name)
        if other != app.name:
            yield app.problem((), f"its cache database would be number {number}, as that of {other}; rename this file")


def service_ids_are_unique(declarations: Declarations) -> Iterator[Problem]:
    """Services `web-1` and `web1` would both be `Web1` in the stack."""
    for app, config in declarations.apps:
        first: dict[str, str] = {}
        for name in config.services:
            other = first.setdefault(logical_id(name), name)
            if other != name:
                message = f"would be {logical_id(name)} in the stack, as the service {other}; rename one of them"
                yield app.problem(("services", name), message)


def images_do_not_move(declarations: Declarations) -> Iterator[Problem]:
    """A tag that moves deploys other code from the same commit, and nothing when it has moved."""
    for app, config in declarations.apps:
        if config.image in _MOVING_TAGS:
            message = f"{config.image} is a tag that moves; name a version, so that this file says what runs"
            yield app.problem(("image",), message)
