"""The environment variables that an application's settings read by names of their own, and what to give them."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from constructs_lib.config.contract import SECRETS, VARIABLES, mail_sender
from gitops.init.process_files import Written
from gitops.init.python_source import constant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops.init.python_source import PythonSource

_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_READERS = {"env", "environ", "config", "getenv", "os"}
"""What the expression begins with that reads a variable: `env` of django-environ and environs, `config` of decouple."""

_SERVER = "(POSTGRES|POSTGRESQL|DATABASE|DB|SQL|RDS)_"
_VALUES: Mapping[str, str] = {
    "DATABASE_URL": "{database.url}",
    f"{_SERVER}(HOST|HOSTNAME|SERVER)|PGHOST": "{database.host}",
    f"{_SERVER}PORT|PGPORT": "{database.port}",
    f"{_SERVER}(NAME|DB|DATABASE|DB_NAME)|PGDATABASE": "{database.name}",
    f"{_SERVER}(USER|USERNAME)|PGUSER": "{database.username}",
    f"{_SERVER}(PASSWORD|PASS)|PGPASSWORD": "{database.password}",
    "(REDIS|CACHE|BROKER|CELERY_BROKER|CELERY_RESULT_BACKEND|CHANNEL_REDIS)_URL|CELERY_RESULT_BACKEND": "{cache.url}",
    "(DJANGO_)?SECRET_KEY": "{secret_key}",
    # The load balancer forwards requests for the environment's host alone; it asks for health by the task's address.
    "(DJANGO_)?ALLOWED_HOSTS": "*",
    "(DJANGO_)?CSRF_TRUSTED_ORIGINS": "{url}",
    # The load balancer does it, and would not follow one of the health check.
    "(DJANGO_)?SECURE_SSL_REDIRECT": "False",
    "(DJANGO_)?DEFAULT_FROM_EMAIL": mail_sender("{domain}"),
    "(DJANGO_)?AWS_(STORAGE|S3)_BUCKET(_NAME)?": "{bucket.name}",
    "(DJANGO_)?AWS_S3_REGION_NAME": "{bucket.region}",
    # Without keys, clients of AWS take the role of the task.
    "DJANGO_AWS_(S3_)?(ACCESS_KEY_ID|SECRET_ACCESS_KEY)": "",
}
"""Values by the names that projects commonly give to variables, as regular expressions."""

_VALUES_WITHOUT_A_DEFAULT: Mapping[str, str] = {"(DJANGO_)?ADMIN_URL": "admin/"}
"""Values for variables that have to be there, and whose default is as good."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that settings read, where, and whether they have a value without it."""

    name: str
    place: str
    has_default: bool


@dataclass(frozen=True, slots=True)
class Environment:
    """Values for variables, and the variables without a default for which there is none."""

    values: Mapping[str, Written]
    open: tuple[Variable, ...]


def environment(source: PythonSource, settings: str) -> Environment:
    """Return values for what the settings module reads, or another module that it imports everything of.

    Variables that every container gets anyway are left out.
    """
    values, unknown = dict[str, Written](), list[Variable]()
    for variable in read(source, settings):
        if variable.name in VARIABLES | SECRETS:
            continue
        value = _value(variable)
        if value is not None:
            values[variable.name] = Written(value, variable.place)
        elif not variable.has_default:
            unknown.append(variable)
    return Environment(values, tuple(unknown))


def read(source: PythonSource, settings: str) -> list[Variable]:
    """Return the variables that settings read, each once; one with a default somewhere has one."""
    found: dict[str, Variable] = {}
    declared: set[str] = set()
    for module in modules(source, settings):
        for call in source.calls(module, "Env"):  # environ.Env(DEBUG=(bool, False))
            declared |= {
                keyword.arg for keyword in call.keywords if keyword.arg and isinstance(keyword.value, ast.Tuple)
            }
        for node in ast.walk(source.tree(module)):
            reading = _subscript(node) or _call(node)
            if reading:
                name, has_default = reading
                before = found.get(name)
                place = f"{source.path(module)}:{node.lineno}"  # type: ignore[attr-defined] # expressions have it
                found[name] = Variable(
                    name,
                    before.place if before else place,
                    has_default or (before is not None and before.has_default),
                )
    return [
        Variable(variable.name, variable.place, variable.has_default or variable.name in declared)
        for variable in found.values()
    ]


def _value(variable: Variable) -> str | None:
    for pattern, value in _VALUES.items():
        if re.fullmatch(pattern, variable.name):
            return value
    for pattern, value in _VALUES_WITHOUT_A_DEFAULT.items():
        if not variable.has_default and re.fullmatch(pattern, variable.name):
            return value
    return None


def modules(source: PythonSource, settings: str) -> list[str]:
    """Return the settings module and those whose names it imports with a star, as they come."""
    found, left = list[str](), [settings]
    while left:
        module = left.pop(0)
        if module in found or module not in source.names():
            continue
        found.append(module)
        for statement in source.tree(module).body:
            if isinstance(statement, ast.ImportFrom) and any(alias.name == "*" for alias in statement.names):
                package = module.split(".")[: -statement.level] if statement.level else []
                left.append(".".join([*package, *filter(None, [statement.module])]))
    return found


def _subscript(node: ast.AST) -> tuple[str, bool] | None:
    """Return the variable that `os.environ["NAME"]` or `env["NAME"]` reads."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and _root(node.value) in _READERS:
        name = constant(node.slice)
        return (name, False) if name and _NAME.fullmatch(name) else None
    return None


def _call(node: ast.AST) -> tuple[str, bool] | None:
    """Return the variable that a call reads, and whether the call has a default."""
    if not isinstance(node, ast.Call):
        return None
    last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    defaults = any(keyword.arg == "default" for keyword in node.keywords)
    if _root(node.func) == "dj_database_url":
        return ("DATABASE_URL", defaults) if last == "config" else None
    if _root(node.func) not in _READERS:
        return None
    name = constant(node.args[0]) if node.args else {"db": "DATABASE_URL", "cache": "CACHE_URL"}.get(last)
    if name is None or not _NAME.fullmatch(name):
        return None
    # The second argument of `env("NAME", …)` is a type, that of every other is the default.
    bare = isinstance(node.func, ast.Name) and node.func.id == "env"
    return name, defaults or last == "get" or (len(node.args) > 1 and not bare)


def _root(expression: ast.expr) -> str:
    """Return the name that an expression such as `os.environ.get` begins with."""
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    return expression.id if isinstance(expression, ast.Name) else ""
