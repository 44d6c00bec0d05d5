"""Every limit of the schema: a value at its edge synthesises, and one beyond it is an error on its line.

The limits are read from the schema, so a new one is tried too.
"""

import copy
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from constructs_lib.config import schema
from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError
from tests.constructs_lib.synthesis import synthesise_folder

Steps = tuple[str | int, ...]

KEYWORDS = {
    "minimum": -1,
    "maximum": 1,
    "minLength": -1,
    "maxLength": 1,
    "minItems": -1,
    "maxItems": 1,
    "minProperties": -1,
    "maxProperties": 1,
}
"""The keywords that limit, and in which direction a value is beyond."""


class Limit(NamedTuple):
    """A limit of a value that stands at `path` in a declaration of a kind; `app_defaults` are tried in apps."""

    kind: str
    path: Steps
    keyword: str
    value: int

    def __str__(self) -> str:
        return f"{self.kind}-{'.'.join(map(str, self.path))}-{self.keyword}"


def limits() -> Iterator[Limit]:
    for kind, name in schema.definitions().items():
        for limit in _limits(kind, (), schema.schema()["$defs"][name]):
            own = WITHOUT_A_PORT.isdisjoint(map(str, limit.path))
            yield limit if own else limit._replace(path=tuple("worker" if s == "web" else s for s in limit.path))


def _limits(kind: str, path: Steps, part: schema.Schema) -> Iterator[Limit]:
    part = schema.resolved(part)
    yield from (Limit(kind, path, keyword, part[keyword]) for keyword in KEYWORDS if keyword in part)
    for name, inner in part.get("properties", {}).items():
        if name != "app_defaults":
            yield from _limits(kind, (*path, name), inner)
    if isinstance(part.get("items"), Mapping):
        yield from _limits(kind, (*path, 0), part["items"])
    if isinstance(part.get("additionalProperties"), Mapping):
        yield from _limits(kind, (*path, NAMES.get(path, "KEY")), part["additionalProperties"])


WEB = {"port": 8000, "paths": ["/*"], "cpu": 256, "memory_mib": 512}
CERTIFICATE = "arn:aws:acm:us-east-1:111111111111:certificate/1"
CONSENT = {"resource": "Database", "until": "2999-12-31", "reason": "saved elsewhere"}
TREE: Mapping[str, Mapping[str, Any]] = {
    "account": {
        "kind": "account",
        "id": "111111111111",
        "region": "us-east-1",
        "github": {
            "repository": "example/environments",
            "owner_id": 583231,
            "repository_id": 1296269,
            "application": {"repository": "example/microblog", "owner_id": 583231, "repository_id": 1296270},
        },
        "repositories": ["microblog"],
    },
    "ad-hoc-base": {
        "kind": "ad-hoc-base",
        "account": "main",
        "domain": "dev.example.com",
        "hosted_zone_id": "Z0123456789ABCDEFGHIJ",
        "network": {"cidr": "10.20.0.0/16"},
    },
    "ad-hoc-app": {
        "kind": "ad-hoc-app",
        "owner": "octocat",
        "image": "v1",
        "repository": "microblog",
        "expires": "2026-12-01",
        "services": {"web": WEB},
    },
    "prod-base": {
        "kind": "prod-base",
        "account": "main",
        "domain": "example.com",
        "hosted_zone_id": "Z9876543210ZYXWVUTSRQ",
        "network": {"cidr": "10.40.0.0/16"},
    },
    "prod-app": {
        "kind": "prod-app",
        "owner": "octocat",
        "image": "v1",
        "repository": "microblog",
        "services": {"web": WEB},
    },
}
FILES = {
    "account": "accounts/main.yaml",
    "ad-hoc-base": "dev/base.yaml",
    "ad-hoc-app": "dev/alpha.yaml",
    "prod-base": "prod/base.yaml",
    "prod-app": "prod/app.yaml",
}

NAMES: Mapping[Steps, str] = {("services",): "web", ("jobs",): "cleanup"}
"""Names in mappings whose keys are no variables."""

WITHOUT_A_PORT = {"health_check_command", "queue_length_per_task"}
"""Fields of services that have no port."""

BESIDE: Mapping[tuple[str, str, str], Mapping[Steps, Any]] = {
    ("ad-hoc-base", "domain", "maxLength"): {("certificate_arn",): CERTIFICATE},
    ("prod-base", "domain", "maxLength"): {("certificate_arn",): CERTIFICATE},
    ("prod-base", "storage_gib", "maximum"): {("database", "max_storage_gib"): 65536},
    ("prod-base", "max_storage_gib", "minimum"): {("database", "storage_gib"): 20},
    ("account", "monthly_budget_usd", "minimum"): {("alarm_email",): "on-call@example.com"},
    ("account", "monthly_budget_usd", "maximum"): {("alarm_email",): "on-call@example.com"},
    ("account", "alarm_email", "maxLength"): {("monthly_budget_usd",): 100},
}
"""What other fields have to be, for rules between fields to hold where one is at its limit."""

LARGEST_MEMORY_MIB = 249856
"""Of a task with the largest `cpu`, which it needs."""

BY_NAME: Mapping[str, Any] = {"buckets": "read-write", "jobs": {}, "queues": "send-receive"}
"""What stands under each name, in mappings by names that are chosen."""

CONTRACT = ("POSTGRES_PASSWORD", "SECRET_KEY", "REDIS_URL")
"""Secrets that an app has without declaring them."""

LIMITS = list(limits())


def at(limit: Limit, step: int) -> dict[str, dict[str, Any]]:
    """Return the declarations with a value at a limit, or `step` beyond it."""
    tree = {kind: copy.deepcopy(dict(declaration)) for kind, declaration in TREE.items()}
    declaration = tree[limit.kind]
    for path, value in BESIDE.get((limit.kind, str(limit.path[-1]), limit.keyword), {}).items():
        put(declaration, path, value)
    put(declaration, limit.path, value_of(limit, limit.value + step * KEYWORDS[limit.keyword]))
    complete(declaration)
    if "permissions" in declaration:
        tree[limit.kind.replace("-app", "-base")]["allowed_permissions"] = declaration["permissions"]
    if limit.kind != "account" or limit.path[0] != "repositories":
        tree["account"]["repositories"] = sorted(set(repositories(tree)))
    if limit.path[0] == "hostname":
        tree["prod-base"]["domain"] = declaration["hostname"].partition(".")[2]
    if limit.kind == "account" and limit.path[0] == "repositories":
        tree["ad-hoc-app"]["repository"] = tree["prod-app"]["repository"] = declaration["repositories"][0]
    return tree


def value_of(limit: Limit, size: int) -> Any:
    """Return a value with as much as `size` of what the keyword counts."""
    folder = FILES[limit.kind].partition("/")[0] + "/"
    name = str(limit.path[-2] if isinstance(limit.path[-1], int) else limit.path[-1])
    if limit.keyword in ("minimum", "maximum"):
        return size
    if limit.keyword.endswith("Length"):
        return text(name, size)
    if limit.keyword.endswith("Items"):
        return items(name, size)
    if name in BY_NAME:
        return {f"n-{number}": copy.copy(BY_NAME[name]) for number in range(size)}
    if name == "services":
        return {**({"web": WEB} if size else {}), **{f"s{number}": {} for number in range(size - 1)}}
    return {f"V{number}": f"{folder if name == 'secrets' else ''}v{number}" for number in range(size)}


def text(name: str, length: int) -> str:
    if name == "hostname":
        return "h" * 63 + "." + text("domain", length - 64)
    if name == "schedule":
        return "0" * (length - len(" 3 * * *")) + " 3 * * *"
    if name == "domain":
        return ("h." + "d" * 30 + "." + ("d" * 30 + ".") * 10)[: length - len("xx.example.com")] + "xx.example.com"
    if name == "alarm_email":
        return f"{'a' * (length - len('@example.com'))}@example.com"
    if name in ("paths", "health_check_path"):
        return "/" + "p" * (length - 1)
    repeated = {"health_check_codes": "200,", "secrets": "X"}.get(name, "x")
    return (repeated * length)[:length]


def items(name: str, count: int) -> list[Any]:
    match name:
        case "zones":
            return list("abcd"[:count])
        case "paths":
            return [f"/p{number}" for number in range(count - 1)] + ["/*"] * bool(count)
        case "secrets":
            return [*CONTRACT, *(f"V{number}" for number in range(count - len(CONTRACT)))]
        case "allow_replacement":
            return [{**CONSENT, "resource": f"Database{number}"} for number in range(count)]
        case _:
            pattern = {"secret_prefixes": "p{}/", "allowed_cidrs": "203.0.113.{}/32"}.get(name, "w{}")
            return [pattern.format(number) for number in range(count)]


def put(container: Any, path: Steps, value: Any) -> None:
    """Set a value in a declaration, with the mappings and lists on the way to it."""
    for step, following in pairwise(path):
        if isinstance(step, int):
            container = container[step]
            continue
        empty: Any = [{**CONSENT} if step == "allow_replacement" else None] if isinstance(following, int) else {}
        container = (
            container.setdefault(step, empty) if not isinstance(following, int) else _fresh(container, step, empty)
        )
    container[path[-1]] = value


def _fresh(container: dict[str, Any], step: str, empty: Any) -> Any:
    container[step] = empty
    return empty


def complete(declaration: dict[str, Any]) -> None:
    """Add what rules and required fields want beside what was put in."""
    if "lock" in declaration:
        declaration["lock"] = {"by": "octocat", "reason": "a demonstration", **declaration["lock"]}
    if "policy" in declaration and declaration["kind"] == "ad-hoc-base":
        declaration["policy"].setdefault("max_environments", 90)
    services = declaration.get("services")
    _complete_tasks(services or {}, declaration.get("jobs", {}))
    if not services:
        return
    folder = FILES[declaration["kind"]].partition("/")[0]
    for service in services.values():
        if "secrets" in service:
            declaration["secrets"] = {name: f"{folder}/secret" for name in service["secrets"] if name not in CONTRACT}
        if "scaling" in service:
            service["scaling"].setdefault("min", 1)
            service["scaling"].setdefault("max", 1000)
    if not any("/*" in service.get("paths", ()) for service in services.values()):
        services["rest"] = {"port": 80, "paths": ["/*"]}


def _complete_tasks(services: dict[str, Any], jobs: dict[str, Any]) -> None:
    for job in jobs.values():
        job.setdefault("command", ["true"])
        job.setdefault("schedule", "0 3 * * *")
    for task in (*services.values(), *jobs.values()):
        if task.get("memory_mib", 0) >= LARGEST_MEMORY_MIB:
            task["cpu"] = 32768


def repositories(tree: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    for kind in ("ad-hoc-app", "prod-app"):
        yield tree[kind].get("repository", "microblog")
        yield from (s["repository"] for s in tree[kind]["services"].values() if s and "repository" in s)


def write(tree: Mapping[str, Any], folder: Path) -> Path:
    for kind, declaration in tree.items():
        file = folder / "environments" / FILES[kind]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(declaration, sort_keys=False))
    return folder / "environments"


def test_limits_of_every_sort_are_tried() -> None:
    assert {limit.keyword for limit in LIMITS} == set(KEYWORDS)
    assert {limit.kind for limit in LIMITS} == set(FILES)


@pytest.mark.parametrize("limit", LIMITS, ids=str)
def test_a_value_beyond_a_limit_is_an_error_on_its_line(limit: Limit, tmp_path: Path) -> None:
    folder = write(at(limit, 1), tmp_path)

    with pytest.raises(DeclarationError) as error:
        load(folder)

    field = next(str(step) for step in reversed(limit.path) if isinstance(step, str))
    assert any(FILES[limit.kind] in str(problem.path) and field in problem.field for problem in error.value.problems), (
        error.value
    )


@pytest.mark.parametrize("limit", LIMITS, ids=str)
def test_a_value_at_a_limit_is_valid(limit: Limit, tmp_path: Path) -> None:
    assert load(write(at(limit, 0), tmp_path))


@pytest.mark.parametrize("kind", FILES)
def test_values_at_limits_synthesise(kind: str, tmp_path: Path) -> None:
    for number, limit in enumerate(limit for limit in LIMITS if limit.kind == kind):
        folder = write(at(limit, 0), tmp_path / str(number))
        templates = synthesise_folder(folder, tmp_path / str(number) / "out", only=FILES[kind].removesuffix(".yaml"))
        assert len(templates) == 1, limit
