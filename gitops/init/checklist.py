"""What commonly keeps a Django application from answering in an environment, as far as its settings show it.

Settings are read as text, and none of it is run. What is computed is not judged, except from the variables in it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal, NamedTuple

from constructs_lib.config.contract import DEFAULT_SENDER, SECRETS, SETTINGS_MODULE, VARIABLES
from constructs_lib.config.model import AdHocBaseConfig, AppConfig, ProdAppConfig, ProdBaseConfig
from constructs_lib.config.routing import host
from gitops.init.python_source import literal
from gitops.init.variable_reads import modules, read
from gitops.init.variables import debug_variable, environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from constructs_lib.config.environments import Environment
    from gitops.init.process_files import Written
    from gitops.init.python_source import PythonSource
    from gitops.init.variable_reads import Variable

_HEADER = "SECURE_PROXY_SSL_HEADER"

CheckState = Literal["ok", "wrong", "not judged"]

PROXY_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
"""The header by which the load balancer says that the visitor came by https, as Django's setting names it.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
"""


class Check(NamedTuple):
    """One thing that was looked at; `remedy` says what to do where it is wrong."""

    subject: str
    state: CheckState
    found: str
    remedy: str = ""


def check(source: PythonSource, app: Environment) -> Iterator[Check]:
    """Yield what the settings module of an app says about its environment."""
    assert isinstance(app.config, AppConfig)  # noqa: S101 - callers choose apps
    settings = _Settings(source, app.config.settings_module)
    if not settings.exists:
        remedy = "name the module in `settings_module`, or the folder with manage.py in --source"
        yield Check(SETTINGS_MODULE, "wrong", f"{app.config.settings_module} is not below {source.root}", remedy)
        return
    variables, given = read(source, app.config.settings_module), _given(app, app.config)
    proposed = environment(source, app.config.settings_module).values
    yield from _variables(variables, given, proposed)
    yield _debug(settings, debug_variable(variables, app.config.settings_module), given, proposed)
    name = _host(app, app.config)
    yield _allowed_hosts(settings, name)
    yield _https(settings)
    yield _origins(settings, name)
    yield _static_files(settings)


def _host(app: Environment, config: AppConfig) -> str:
    base = app.base.config if app.base else None
    assert isinstance(base, AdHocBaseConfig | ProdBaseConfig)  # noqa: S101 - every app has one
    return host(app.name, base.domain, config.hostname if isinstance(config, ProdAppConfig) else None)


class _Settings:
    """The values of settings, in the module and in those that it imports with a star."""

    def __init__(self, source: PythonSource, module: str) -> None:
        self._source = source
        self._modules = modules(source, module)

    @property
    def exists(self) -> bool:
        return bool(self._modules)

    def value(self, name: str) -> ast.expr | None:
        """Return the last value at the top level of the first module that has one."""
        for module in self._modules:
            values = list(self._source.assigned(module, name))
            if values:
                return values[-1]
        return None

    def is_computed(self, name: str) -> bool:
        """Return whether a setting is changed in another way, such as in a condition, by `+=` or by a method."""
        is_fixed = isinstance(self.value(name), ast.Constant)  # what reads a constant cannot change it
        named = [
            node
            for module in self._modules
            for node in ast.walk(self._source.tree(module))
            if isinstance(node, ast.Name) and node.id == name and not (is_fixed and isinstance(node.ctx, ast.Load))
        ]
        plain = sum(1 for module in self._modules for _ in self._source.assigned(module, name))
        return len(named) > plain

    def mentions(self, text: str) -> bool:
        """Return whether a text is part of any text in the settings."""
        return any(
            isinstance(node, ast.Constant) and isinstance(node.value, str) and text in node.value
            for module in self._modules
            for node in ast.walk(self._source.tree(module))
        )


def _given(app: Environment, config: AppConfig) -> set[str]:
    """Return the names of the variables that containers of an app get."""
    known = {SETTINGS_MODULE, *config.environment, *config.secrets}
    if config.default_variables:
        known |= VARIABLES | SECRETS
        base = app.base.config if app.base else None
        if isinstance(base, AdHocBaseConfig | ProdBaseConfig) and base.mail:
            known.add(DEFAULT_SENDER)
    for service in config.services.values():
        known |= service.environment.keys() if config.is_own(service) else set()
    return known


def _variables(variables: Sequence[Variable], given: set[str], proposed: Mapping[str, Written]) -> Iterator[Check]:
    missing = [one for one in variables if not one.has_default and one.name not in given]
    for variable in missing:
        value = f'"{proposed[variable.name].value}"' if variable.name in proposed else "…"
        remedy = f"environment: {{{variable.name}: {value}}}, or `secrets` for what nobody may read"
        found = f"{variable.place} reads it without a default, and nothing sets it"
        if variable.is_conditional:
            yield Check(variable.name, "not judged", f"{found}; it stands in a branch", remedy)
        else:
            yield Check(variable.name, "wrong", found, remedy)
    if not missing:
        yield Check("variables", "ok", "all that settings read without a default are set")


def _debug(settings: _Settings, variable: Variable | None, given: set[str], proposed: Mapping[str, Written]) -> Check:
    """Judge whether errors show visitors the settings and the source.

    https://docs.djangoproject.com/en/stable/ref/settings/#debug
    """
    subject = "DEBUG"
    if variable and variable.is_on and variable.name not in given:
        found = f"is on: {variable.place} reads {variable.name}, which nothing sets"
        return Check(subject, "wrong", found, f'environment: {{{variable.name}: "{proposed[variable.name].value}"}}')
    value = settings.value(subject)
    if settings.is_computed(subject) or not isinstance(value, ast.Constant | None):
        return Check(subject, "not judged", "is computed")
    if literal(value) is True:
        return Check(subject, "wrong", "is on: errors show visitors the settings and the source", "DEBUG = False")
    return Check(subject, "ok", "is off")


def _allowed_hosts(settings: _Settings, name: str) -> Check:
    subject = "ALLOWED_HOSTS"
    value = settings.value(subject)
    hosts = literal(value)
    if settings.is_computed(subject) or (value is not None and not isinstance(hosts, list | tuple)):
        return Check(subject, "not judged", "is computed")
    listed = [str(one) for one in hosts] if isinstance(hosts, list | tuple) else []
    if "*" in listed:
        return Check(subject, "ok", "has every host; the load balancer forwards requests for the environment's alone")
    remedy = 'ALLOWED_HOSTS = ["*"]: the load balancer forwards requests for the environment\'s host alone'
    if any(one == name or (one.startswith(".") and name.endswith(one)) for one in listed):
        found = f"has {name}, and not a task's own address, by which the load balancer asks for health"
        return Check(subject, "wrong", found, remedy)
    return Check(subject, "wrong", f"has no {name}, so that Django answers 400", remedy)


def _https(settings: _Settings) -> Check:
    """Judge whether Django can tell that the visitor came by https: the load balancer ends TLS.

    https://docs.djangoproject.com/en/stable/ref/settings/#secure-proxy-ssl-header
    """
    value = settings.value(_HEADER)
    if literal(value) == PROXY_HEADER:
        return Check(_HEADER, "ok", "names the load balancer's header")
    if value is not None or settings.is_computed(_HEADER):
        return Check(_HEADER, "not judged", "is computed, or another header")
    redirects = literal(settings.value("SECURE_SSL_REDIRECT")) is True
    found = "SECURE_SSL_REDIRECT redirects for ever" if redirects else "links that Django makes begin with http"
    return Check(_HEADER, "wrong", f"is not set: {found}", f"{_HEADER} = {PROXY_HEADER}")


def _origins(settings: _Settings, name: str) -> Check:
    """Judge whether forms are taken: their origin has to be trusted where Django believes that it is asked by http.

    https://docs.djangoproject.com/en/stable/ref/settings/#csrf-trusted-origins
    """
    subject, url = "CSRF_TRUSTED_ORIGINS", f"https://{name}"
    if literal(settings.value(_HEADER)) == PROXY_HEADER:
        return Check(subject, "ok", f"need not be set, with {_HEADER}")
    value = settings.value(subject)
    origins = literal(value)
    if settings.is_computed(subject) or (value is not None and not isinstance(origins, list | tuple)):
        return Check(subject, "not judged", "is computed")
    listed = [str(one) for one in origins] if isinstance(origins, list | tuple) else []
    if any(
        one == url or (one.startswith("https://*.") and url.endswith(one.removeprefix("https://*"))) for one in listed
    ):
        return Check(subject, "ok", f"has {url}")
    remedy = f'set {_HEADER}, or CSRF_TRUSTED_ORIGINS = [os.environ["FRONTEND_URL"]]'
    return Check(subject, "wrong", f"has no {url}, so that forms are refused with 403", remedy)


def _static_files(settings: _Settings) -> Check:
    subject = "static files"
    if not settings.mentions("django.contrib.staticfiles"):
        return Check(subject, "ok", "the application has none")
    if settings.mentions("whitenoise."):
        if settings.value("STATIC_ROOT") is None and not settings.is_computed("STATIC_ROOT"):
            return Check(subject, "wrong", "WhiteNoise has no STATIC_ROOT", 'STATIC_ROOT = BASE_DIR / "staticfiles"')
        return Check(subject, "ok", "WhiteNoise serves them")
    if settings.value("STATICFILES_STORAGE") is not None or settings.value("STORAGES") is not None:
        return Check(subject, "not judged", "are in a storage")
    remedy = "add whitenoise to the packages and whitenoise.middleware.WhiteNoiseMiddleware to MIDDLEWARE"
    return Check(subject, "wrong", "nothing serves them: DEBUG = False leaves them to another server", remedy)
