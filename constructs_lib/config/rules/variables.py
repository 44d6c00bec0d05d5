"""Rules on environment variables."""

import re
from collections.abc import Iterable, Iterator
from typing import cast

from constructs_lib.config.contract import SECRETS, SETTINGS_MODULE, VARIABLES
from constructs_lib.config.environment import ApplicationConfig, BaseConfig, Environment
from constructs_lib.config.errors import Problem
from constructs_lib.config.rules.declarations import Declarations
from constructs_lib.config.source import FieldPath

_LIKE_AN_ARN = re.compile(r"-[A-Za-z0-9]{6}$")


def the_contract_is_not_shadowed(declarations: Declarations) -> Iterator[Problem]:
    """What every container gets cannot be set by a declaration."""
    for app, config, path, keys in _variables(declarations):
        for key in sorted(_contract_of(config) & set(keys)):
            remedy = "remove it" if key == SETTINGS_MODULE else "remove it, or set `default_variables: false`"
            yield app.problem((*path, key), f"is set for every container and cannot be changed; {remedy}")


def variables_are_plain_or_secret(declarations: Declarations) -> Iterator[Problem]:
    """ECS refuses a variable that is both a value and a secret."""
    secrets = {app.name: config.secrets for app, config in declarations.apps if config.secrets}
    for app, _, path, keys in _variables(declarations):
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


def _contract_of(config: ApplicationConfig) -> frozenset[str]:
    return VARIABLES | SECRETS if config.default_variables else frozenset({SETTINGS_MODULE})


def _variables(
    declarations: Declarations,
) -> Iterator[tuple[Environment, ApplicationConfig, FieldPath, Iterable[str]]]:
    """Yield each place that sets variables, and their names."""
    for app, config in declarations.apps:
        yield app, config, ("environment",), config.environment.keys()
        yield app, config, ("secrets",), config.secrets.keys()
        for name, service in config.services.items():
            yield app, config, ("services", name, "environment"), service.environment.keys()
