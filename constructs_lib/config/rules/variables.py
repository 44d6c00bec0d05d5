"""Rules on environment variables."""

import re
from collections.abc import Iterable, Iterator
from typing import cast

from constructs_lib.config.contract import CACHE_URL, SECRETS, VARIABLES
from constructs_lib.config.environment import BaseConfig, Environment
from constructs_lib.config.errors import Problem
from constructs_lib.config.rules.declarations import Declarations
from constructs_lib.config.source import FieldPath

_LIKE_AN_ARN = re.compile(r"-[A-Za-z0-9]{6}$")

_OF_THE_CONTRACT = VARIABLES | SECRETS


def the_contract_is_not_shadowed(declarations: Declarations) -> Iterator[Problem]:
    """What every container gets cannot be set by a declaration."""
    for app, path, keys in _variables(declarations):
        if not _OF_THE_CONTRACT.isdisjoint(keys):
            for key in sorted(_OF_THE_CONTRACT.intersection(keys)):
                yield app.problem((*path, key), "is set for every container and cannot be changed; remove it")


def variables_are_plain_or_secret(declarations: Declarations) -> Iterator[Problem]:
    """ECS refuses a variable that is both a value and a secret."""
    secrets = {app.name: config.secrets for app, config in declarations.apps if config.secrets}
    for app, path, keys in _variables(declarations):
        if path[-1] == "environment" and app.name in secrets:
            for key in sorted(secrets[app.name].keys() & set(keys)):
                yield app.problem((*path, key), "is also in `secrets`; remove one of them")


def secrets_are_found_by_name(declarations: Declarations) -> Iterator[Problem]:
    """Secrets Manager takes a hyphen and six characters at the end of a name for the end of an ARN.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
    """
    for app, config in declarations.apps:
        for variable, reference in config.secrets.items():
            name = reference.partition(":")[0]
            if _LIKE_AN_ARN.search(name):
                message = f"{name} ends in a hyphen and six characters, so AWS does not find it; rename the secret"
                yield app.problem(("secrets", variable), message)


def secrets_are_those_of_the_base(declarations: Declarations) -> Iterator[Problem]:
    """An app's file names secrets below the prefixes of its base alone: who reviews apps decides on no other secret."""
    for app, config in declarations.apps:
        base = cast("Environment", app.base)
        prefixes = cast("BaseConfig", base.config).secret_prefixes or (f"{app.name.folder}/",)
        for variable, reference in config.secrets.items():
            if not reference.startswith(prefixes):
                name = reference.partition(":")[0]
                allowed = " or ".join(prefixes)
                message = f"{name} is not a secret for apps on {base.name}, whose names begin with {allowed}"
                yield app.problem(
                    ("secrets", variable),
                    f"{message}; rename it, or add a prefix to secret_prefixes of {base.source.path}",
                )


def secrets_of_services_exist(declarations: Declarations) -> Iterator[Problem]:
    """A service gets secrets of the contract and of its app."""
    secrets = {app.name: config.secrets for app, config in declarations.apps}
    for app, name, service in declarations.services:
        known = {*SECRETS, CACHE_URL, *secrets[app.name]}
        for index, variable in enumerate(service.secrets or ()):
            if variable not in known:
                message = f"{variable} is not a secret of this app, which has {', '.join(sorted(known))}"
                yield app.problem(("services", name, "secrets", index), f"{message}; add it to `secrets` of the app")


def _variables(declarations: Declarations) -> Iterator[tuple[Environment, FieldPath, Iterable[str]]]:
    """Yield each place that sets variables, and their names."""
    for app, config in declarations.apps:
        yield app, ("environment",), config.environment.keys()
        yield app, ("secrets",), config.secrets.keys()
    for app, name, service in declarations.services:
        yield app, ("services", name, "environment"), service.environment.keys()
