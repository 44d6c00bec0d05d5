"""Rules on references in `environment`, and on the secrets that services get."""

import re
from collections.abc import Iterator

from constructs_lib.config import references
from constructs_lib.config.contract import CACHE_URL, SECRETS
from constructs_lib.config.environment import ApplicationConfig, Environment
from constructs_lib.config.errors import Problem, suggestion
from constructs_lib.config.references import REFERENCES
from constructs_lib.config.rules.declarations import Declarations
from constructs_lib.config.source import FieldPath

_LIKE_A_SHELL_VARIABLE = re.compile(r"\$(\{+[A-Za-z_][\w.-]*\}+|[A-Z_][A-Z0-9_]+|\()")


def references_exist(declarations: Declarations) -> Iterator[Problem]:
    """A name in braces is one of the references, and the application has what it refers to."""
    for app, config, path, value in _values(declarations):
        for name in dict.fromkeys(references.names_in(value)):
            problem = _problem_with(app, config, name)
            if problem:
                yield app.problem(path, problem)


def values_need_no_shell(declarations: Declarations) -> Iterator[Problem]:
    """No shell reads the values of variables: `$HOME` in one stays as it is, which is a warning."""
    for app, _, path, value in _values(declarations):
        if match := _LIKE_A_SHELL_VARIABLE.search(value):
            message = f"{match[0]} keeps its $, since no shell reads this value; references have braces alone"
            yield app.problem(path, message, "warning")


def secrets_of_services_exist(declarations: Declarations) -> Iterator[Problem]:
    """A service lists secrets that its app has: by default, in `secrets`, or by reference in `environment`."""
    for app, config in declarations.apps:
        for name, service in config.services.items():
            declared = {**config.environment, **service.environment}
            # A production app and an ad hoc one may list the same, though the cache's URL is plain in the latter.
            referring = {key for key, value in declared.items() if references.is_secret(value, production=True)}
            default = {*SECRETS, *([CACHE_URL] if config.cache else [])} if config.default_variables else set()
            known = {*default, *config.secrets, *referring}
            for index, variable in enumerate(service.secrets or ()):
                if variable not in known:
                    listed = ", ".join(sorted(known)) or "none"
                    message = f"{variable} is not a secret of this app, which has {listed}"
                    yield app.problem(
                        ("services", name, "secrets", index), f"{message}; add it to `secrets` of the app"
                    )


def services_get_the_secrets_that_they_refer_to(declarations: Declarations) -> Iterator[Problem]:
    """What a service's own `environment` refers to is not kept from it by the list `secrets`, or by its image."""
    for app, config in declarations.apps:
        for name, service in config.services.items():
            for variable, value in service.environment.items():
                if references.is_secret(value, production=app.is_production) and not config.gives(service, variable):
                    why = "has a repository of its own" if service.secrets is None else "does not list it"
                    message = f"holds a secret, and this service {why}; add {variable} to `secrets` of the service"
                    yield app.problem(("services", name, "environment", variable), message)


def _problem_with(app: Environment, config: ApplicationConfig, name: str) -> str | None:
    meaning = REFERENCES.get(name)
    if meaning is None:
        hint = suggestion(name, REFERENCES) or f"; there are {', '.join(REFERENCES)}."
        return f"{{{name}}} is not a reference{hint} The text itself is written {{{{{name}}}}}"
    if meaning.needs_cache and not config.cache:
        return f"{{{name}}} refers to a cache, and this app has `cache: false`; remove one of them"
    if meaning.needs_plain_cache and app.cache_takes_tls:
        return f"{{{name}}} is for ad hoc environments: production's cache takes TLS and a password; use {{cache.url}}"
    return None


def _values(declarations: Declarations) -> Iterator[tuple[Environment, ApplicationConfig, FieldPath, str]]:
    """Yield each declared value of a variable, with its place."""
    for app, config in declarations.apps:
        for variable, value in config.environment.items():
            yield app, config, ("environment", variable), value
        for name, service in config.services.items():
            for variable, value in service.environment.items():
                yield app, config, ("services", name, "environment", variable), value
