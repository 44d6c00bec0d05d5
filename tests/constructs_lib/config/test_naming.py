"""Names that must never change and never be too long."""

from fnmatch import fnmatchcase
from pathlib import PurePosixPath

import pytest

from constructs_lib.config.naming import (
    HIGHEST_LISTENER_PRIORITY,
    NAME_PATTERN,
    EnvironmentName,
    listener_priority,
    logical_id,
    one_off_families,
    one_off_family,
    service_family,
)

LONGEST = EnvironmentName("a" * 21, "b-" * 10 + "b")
NAMES = [EnvironmentName("dev", f"app-{number}") for number in range(500)]


def test_names_of_deployed_environments_stay_as_they_are() -> None:
    alpha = EnvironmentName("dev", "alpha")

    assert (alpha.stack, alpha.database) == ("dev-alpha", "app_alpha")
    assert (alpha.cache_name, alpha.private_domain) == ("cache.alpha", "dev.internal")
    assert listener_priority(alpha, "web", 0, catch_all=False) == 17_974
    assert listener_priority(alpha, "web", 0, catch_all=True) == 42_974


def test_name_comes_from_the_last_two_parts_of_a_path() -> None:
    assert EnvironmentName.from_path(PurePosixPath("x/environments/dev/alpha.yaml")) == EnvironmentName("dev", "alpha")


def test_base_is_known_by_its_file_but_not_among_accounts() -> None:
    assert EnvironmentName("dev", "base").is_base
    assert not EnvironmentName("dev", "alpha").is_base
    assert not EnvironmentName("accounts", "base").is_base
    assert EnvironmentName("dev", "alpha").base == EnvironmentName("dev", "base")


@pytest.mark.parametrize("text", ["ab", "a1", "a-b", "a" * 21])
def test_pattern_allows(text: str) -> None:
    assert NAME_PATTERN.fullmatch(text)


@pytest.mark.parametrize("text", ["a", "1a", "-a", "a-", "A1", "a.b", "a_b", "a" * 22, "ab\n", "äb", ""])
def test_pattern_refuses(text: str) -> None:
    assert not NAME_PATTERN.fullmatch(text)


def test_longest_names_fit_the_limits_of_aws() -> None:
    assert NAME_PATTERN.fullmatch(LONGEST.file)
    assert len(LONGEST.stack) <= 128
    assert len(LONGEST.database) <= 63


def test_databases_of_a_base_are_distinct() -> None:
    assert len({name.database for name in NAMES}) == len(NAMES)


def test_path_rules_come_before_catch_all_rules() -> None:
    paths = [listener_priority(name, "web", 0, catch_all=False) for name in NAMES]
    catching = [listener_priority(name, "web", 0, catch_all=True) for name in NAMES]

    assert min(paths) >= 1
    assert max(paths) < min(catching)
    assert max(catching) <= HIGHEST_LISTENER_PRIORITY


def test_priorities_depend_on_environment_service_and_index() -> None:
    alpha, beta = NAMES[:2]
    priorities = {
        listener_priority(alpha, "web", 0, catch_all=False),
        listener_priority(beta, "web", 0, catch_all=False),
        listener_priority(alpha, "api", 0, catch_all=False),
        listener_priority(alpha, "web", 1, catch_all=False),
    }

    assert len(priorities) == 4


def test_logical_ids_are_in_pascal_case() -> None:
    assert [logical_id(name) for name in ("web", "my-worker", "web-2")] == ["Web", "MyWorker", "Web2"]


def test_families_of_different_environments_are_never_the_same() -> None:
    alpha, alpha_web = EnvironmentName("dev", "alpha"), EnvironmentName("dev", "alpha-web")

    assert service_family(alpha, "web") == "dev-alpha_web"
    assert service_family(alpha, "web-x") != service_family(alpha_web, "x")
    assert service_family(alpha, "one-off") != one_off_family(alpha, "release")


def test_one_off_tasks_are_told_from_services_by_their_families() -> None:
    alpha = EnvironmentName("dev", "alpha")

    assert one_off_family(alpha, "release") == "dev-alpha_one-off_release"
    assert fnmatchcase(one_off_family(alpha, "release"), one_off_families("dev"))
    assert not fnmatchcase(service_family(alpha, "one-off"), one_off_families("dev"))
    assert len(one_off_family(LONGEST, "database")) <= 255
