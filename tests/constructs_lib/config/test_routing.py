"""Listener rules of a service."""

from constructs_lib.config.model import ServiceConfig
from constructs_lib.config.naming import HIGHEST_LISTENER_PRIORITY, EnvironmentName
from constructs_lib.config.routing import PATHS_PER_RULE, host, listener_rules

ALPHA = EnvironmentName("dev", "alpha")


def test_worker_has_no_rules() -> None:
    assert list(listener_rules(ALPHA, "worker", ServiceConfig())) == []


def test_paths_are_spread_over_as_many_rules_as_they_need() -> None:
    paths = tuple(f"/{number}/*" for number in range(2 * PATHS_PER_RULE + 1))
    rules = list(listener_rules(ALPHA, "web", ServiceConfig(port=80, paths=paths)))

    assert [len(rule.paths) for rule in rules] == [PATHS_PER_RULE, PATHS_PER_RULE, 1]
    assert tuple(path for rule in rules for path in rule.paths) == paths
    assert len({rule.priority for rule in rules}) == 3


def test_all_rules_of_the_catch_all_service_come_last() -> None:
    paths = (*(f"/{number}" for number in range(PATHS_PER_RULE)), "/*")
    rules = list(listener_rules(ALPHA, "web", ServiceConfig(port=80, paths=paths)))

    assert len(rules) == 2
    assert all(rule.priority > HIGHEST_LISTENER_PRIORITY // 2 for rule in rules)


def test_host_is_the_name_below_the_domain_unless_there_is_another() -> None:
    assert host(ALPHA, "dev.example.com") == "alpha.dev.example.com"
    assert host(ALPHA, "example.com", "www.example.com") == "www.example.com"
