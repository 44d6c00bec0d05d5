"""Rules on names: a name made from a declaration's must belong to that declaration alone."""

from collections.abc import Iterator
from dataclasses import replace

from constructs_lib.config.errors import Problem
from constructs_lib.config.naming import ACCOUNTS_FOLDER, CACHE_SERVICE, EnvironmentName, logical_id
from constructs_lib.config.rules.declarations import Declarations
from constructs_lib.config.source import FieldPath

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


def production_bases_have_one_app(declarations: Declarations) -> Iterator[Problem]:
    """Two apps on one production base would read each other's keys and messages: the base has one cache."""
    first: dict[EnvironmentName, EnvironmentName] = {}
    for app, _config in declarations.apps:
        if not app.is_production:
            continue
        other = first.setdefault(app.name.base, app.name)
        if other != app.name:
            message = f"{app.name.base} has the app {other} already, and one cache, which two apps cannot share"
            yield app.problem((), f"{message}; move this file to a base of its own")


def caches_are_no_services_of_apps(declarations: Declarations) -> Iterator[Problem]:
    """The cache of an ad hoc app is a service of its cluster, with a name of its own."""
    for app, config in declarations.apps:
        if not app.is_production and config.cache and CACHE_SERVICE in config.services:
            message = f"{CACHE_SERVICE} is the name of the Valkey service that every ad hoc app has; rename this one"
            yield app.problem(("services", CACHE_SERVICE), message)


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
        versions: dict[FieldPath, str] = {("image",): config.image}
        versions |= {("services", name, "image"): version for name, version in config.pinned_images.items()}
        for path, version in versions.items():
            if version in _MOVING_TAGS:
                message = f"{version} is a tag that moves; name a version, so that this file says what runs"
                yield app.problem(path, message)


def images_are_run(declarations: Declarations) -> Iterator[Problem]:
    """Another `image` deploys nothing where each service has an `image` of its own and there is no command."""
    for app, config in declarations.apps:
        is_its_own = app.source.find(("image",)) is not None  # a default of the base is for its other apps too
        if is_its_own and not config.repositories_at_image:
            message = (
                "nothing runs it: each service has an `image` of its own, and there is neither a release command nor a "
                "job; another value deploys no other code"
            )
            yield replace(app.problem(("image",), message), severity="warning")
