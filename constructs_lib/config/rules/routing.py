"""Rules on how requests find their service, and on what one load balancer can hold."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import combinations

from constructs_lib.config.environment import ApplicationConfig, Environment
from constructs_lib.config.errors import Problem
from constructs_lib.config.model import ServiceConfig
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.config.routing import CATCH_ALL, listener_rules
from constructs_lib.config.rules.declarations import Declarations

RULES_PER_LOAD_BALANCER = 100
"""Without default rules; can be raised on request.

This and the numbers below: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
"""

TARGET_GROUPS_PER_LOAD_BALANCER = 100
"""Cannot be raised."""

WILDCARDS_PER_RULE = 5
"""`*` and `?` in all conditions of a rule; can be raised on request."""


def paths_go_with_a_port(declarations: Declarations) -> Iterator[Problem]:
    """A web service has both, a worker none; each has the health check of its sort."""
    for app, name, service in declarations.services:
        path = ("services", name)
        if service.port and service.health_check_command:
            message = "is not read: the load balancer checks a service with `port`, at its health_check_path"
            yield app.problem((*path, "health_check_command"), message)
        if service.port and not service.paths:
            yield app.problem((*path, "port"), "needs `paths` beside it: the requests that go to this service")
        elif service.paths and not service.port:
            yield app.problem((*path, "paths"), "needs `port` beside it: where the container answers")
        elif not service.port:
            for field in ("health_check_path", "health_check_codes", "health_check_grace_seconds"):
                if app.says((*path, field)):
                    yield app.problem((*path, field), "is not read: without `port` the service is a worker")


def health_check_codes_are_ranges(declarations: Declarations) -> Iterator[Problem]:
    """A range of the status codes of a healthy task goes from the lower code to the higher one."""
    for app, name, service in declarations.services:
        for part in service.health_check_codes.split(","):
            first, _, last = part.partition("-")
            if last and int(first) >= int(last):
                message = f'the range "{part}" is not from a lower code to a higher one'
                yield app.problem(("services", name, "health_check_codes"), message)


def one_service_answers_the_rest(declarations: Declarations) -> Iterator[Problem]:
    """Exactly one service of an app has the catch-all path."""
    for app, config in declarations.apps:
        catching = [name for name, service in config.services.items() if CATCH_ALL in service.paths]
        if not catching:
            message = f'no service has the path "{CATCH_ALL}"; give it to the one that answers all other requests'
            yield app.problem(("services",), message)
        for name in catching[1:]:
            path = ("services", name, "paths", config.services[name].paths.index(CATCH_ALL))
            yield app.problem(path, f'the service {catching[0]} has "{CATCH_ALL}" already; one service can have it')


def paths_do_not_overlap(declarations: Declarations) -> Iterator[Problem]:
    """A request that two path rules match would go to one of them by the chance of their priorities.

    The rules of the service with the catch-all path come after all others, whatever its further paths are.
    """
    for app, config in declarations.apps:
        routed = [
            (name, service)
            for name, service in config.services.items()
            if service.paths and CATCH_ALL not in service.paths
        ]
        for (other_name, other), (name, service) in combinations(routed, 2):
            yield from _overlap(app, other_name, other, name, service)


def rules_have_few_wildcards(declarations: Declarations) -> Iterator[Problem]:
    """The path patterns of one listener rule, up to four of a service, have at most five wildcards."""
    for app, name, service in declarations.services:
        for rule in listener_rules(app.name, name, service):
            wildcards = sum(path.count("*") + path.count("?") for path in rule.paths)
            if wildcards > WILDCARDS_PER_RULE:
                message = f"{wildcards} wildcards in one listener rule ({' '.join(rule.paths)})"
                yield app.problem(
                    ("services", name, "paths"), f"{message}, which can have {WILDCARDS_PER_RULE}; use fewer"
                )


def priorities_are_unique(declarations: Declarations) -> Iterator[Problem]:
    """Priorities come from names; two rules of one load balancer must not have the same by chance."""
    first: dict[tuple[EnvironmentName, int], tuple[EnvironmentName, str, int]] = {}
    for app, name, service in declarations.services:
        for index, rule in enumerate(listener_rules(app.name, name, service)):
            this = app.name, name, index
            other = first.setdefault((app.name.base, rule.priority), this)
            if other != this:
                message = f"a listener rule would have the priority {rule.priority}, as one of {other[1]} in {other[0]}"
                yield app.source.problem(("services", name), f"{message}; rename this service or this file")


def load_balancer_quotas_hold(declarations: Declarations) -> Iterator[Problem]:
    """All apps of a base share its load balancer; those that came last are too many."""
    apps = declarations.by_base()
    for base, _config in declarations.bases:
        needs = [(app.name, *_needs(app.name, config)) for app, config in apps.get(base.name, ())]
        for what, quota, counts in (
            ("listener rules", RULES_PER_LOAD_BALANCER, [(name, rules) for name, rules, _ in needs]),
            ("target groups", TARGET_GROUPS_PER_LOAD_BALANCER, [(name, groups) for name, _, groups in needs]),
        ):
            total = sum(count for _, count in counts)
            message = f"its apps need {total} {what}, and a load balancer has at most {quota}"
            for name in _beyond(quota, counts):
                yield base.problem((), f"{message}; remove apps or move some to another base", about=name)


def _needs(app: EnvironmentName, config: ApplicationConfig) -> tuple[int, int]:
    """Return how many listener rules and target groups an app has."""
    web = [(app, name, service) for name, service in config.services.items() if service.paths]
    return sum(1 for service in web for _rule in listener_rules(*service)), len(web)


def _beyond(quota: int, counts: Iterable[tuple[EnvironmentName, int]]) -> Iterator[EnvironmentName]:
    """Yield those whose number of something, with those before them, is more than a quota."""
    total = 0
    for name, count in counts:
        total += count
        if count and total > quota:
            yield name


def _overlap(
    app: Environment, other_name: str, other: ServiceConfig, name: str, service: ServiceConfig
) -> Iterator[Problem]:
    """Yield a problem for each path of a service that overlaps one of the other's."""
    for index, path in enumerate(service.paths):
        clash = next((pattern for pattern in other.paths if overlap(pattern, path)), None)
        if clash:
            message = f'"{path}" overlaps "{clash}" of the service {other_name}; let no request match both'
            yield app.problem(("services", name, "paths", index), message)


@cache
def overlap(pattern: str, other: str) -> bool:
    """Return whether some path matches both patterns, in which `*` is any text and `?` any character."""
    waiting = [(0, 0)]
    seen = set(waiting)
    while waiting:
        i, j = waiting.pop()
        if i == len(pattern) and j == len(other):
            return True
        for position in _steps(pattern[i : i + 1], other[j : j + 1], i, j):
            if position not in seen:
                seen.add(position)
                waiting.append(position)
    return False


def _steps(one: str, two: str, i: int, j: int) -> Iterator[tuple[int, int]]:
    """Yield how far both patterns can go on together from their places; past its end a character is empty."""
    if one == "*" or two == "*":
        if one:
            yield i + 1, j
        if two:
            yield i, j + 1
    elif one and two and (one == two or "?" in (one, two)):
        yield i + 1, j + 1
