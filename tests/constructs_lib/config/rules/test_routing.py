"""Rules that need many declarations, or names found by search."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.naming import EnvironmentName, listener_priority
from constructs_lib.config.rules.routing import overlap

Write = Callable[..., Path]

APP = "kind: ad-hoc-app\nexpires: 2026-12-01\n"


def refusal(folder: Path) -> list[str]:
    with pytest.raises(DeclarationError) as error:
        load(folder)
    return str(error.value).splitlines()


def first_collision(number: Callable[[EnvironmentName], int]) -> tuple[EnvironmentName, EnvironmentName]:
    """Return two apps of the base dev that get the same number, in the order in which they are checked."""
    seen: dict[int, EnvironmentName] = {}
    for suffix in count():
        name = EnvironmentName("dev", f"app{suffix}")
        other = seen.setdefault(number(name), name)
        if other != name:
            return min(other, name), max(other, name)
    raise AssertionError


def test_priorities_that_collide_are_refused_with_the_remedy(write: Write) -> None:
    one, two = first_collision(lambda name: listener_priority(name, "web", 0, catch_all=True))

    (message,) = refusal(write({f"{one}.yaml": APP, f"{two}.yaml": APP}))
    assert message == (
        f"environments/{two}.yaml:1:1: services.web: a listener rule would have the priority"
        f" {listener_priority(one, 'web', 0, catch_all=True)}, as one of web in {one};"
        " rename this service or this file"
    )


def services(count_of_paths: int) -> str:
    """Return an app of five web services; each but the catch-all one has `count_of_paths` paths."""
    lines = [
        f"  api{number}: {{port: 80, paths: [{', '.join(f'/{number}/{path}' for path in range(count_of_paths))}]}}"
        for number in range(4)
    ]
    return APP + "services:\n" + "\n".join(lines) + "\n"


def spread_names(number: int, *service_names: str, rules: int) -> list[str]:
    """Return names of apps whose priorities do not collide."""
    names: list[str] = []
    taken: set[int] = set()
    for suffix in count():
        name = EnvironmentName("dev", f"app{suffix}")
        wanted = {
            listener_priority(name, service, index, catch_all=service == "web")
            for service in service_names
            for index in range(1 if service == "web" else rules)
        }
        if taken.isdisjoint(wanted):
            names.append(name.file)
            taken |= wanted
        if len(names) == number:
            return names
    raise AssertionError


WEB = ("web", "api0", "api1", "api2", "api3")


def test_target_groups_have_a_quota(write: Write) -> None:
    names = spread_names(21, *WEB, rules=1)
    full = {f"dev/{name}.yaml": services(1) for name in names[:20]}

    assert load(write({"dev/alpha.yaml": None, **full}))
    assert [
        line.partition(": ")[2] for line in refusal(write({"dev/alpha.yaml": None, f"dev/{names[20]}.yaml": APP}))
    ] == [
        f"its apps need 101 {what}, and a load balancer has at most 100; remove apps or move some to another base"
        for what in ("listener rules", "target groups")
    ]


def test_listener_rules_have_a_quota(write: Write) -> None:
    names = spread_names(12, *WEB, rules=2)
    folder = write({"dev/alpha.yaml": None, **{f"dev/{name}.yaml": services(5) for name in names}})

    (message,) = refusal(folder)
    assert message == (
        "environments/dev/base.yaml:1:1: its apps need 108 listener rules, and a load balancer has at most 100;"
        " remove apps or move some to another base"
    )


@pytest.mark.parametrize(
    ("pattern", "other"),
    [
        ("/a", "/a"),
        ("/*", "/a"),
        ("/a/*", "/a/"),
        ("/a/*", "/a/b/*"),
        ("/*.png", "/img/*"),
        ("/?", "/a"),
        ("/?b", "/a?"),
        ("/*a*", "/*b*"),
        ("/a*", "/?*"),
        ("/**", "/"),
    ],
)
def test_patterns_that_some_path_matches_both_overlap(pattern: str, other: str) -> None:
    assert overlap(pattern, other)
    assert overlap(other, pattern)


@pytest.mark.parametrize(
    ("pattern", "other"),
    [("/a", "/b"), ("/a", "/A"), ("/a/*", "/a"), ("/a/*", "/b/*"), ("/?", "/ab"), ("/*.png", "/*.jpg"), ("/a?", "/a")],
)
def test_patterns_that_no_path_matches_both_do_not_overlap(pattern: str, other: str) -> None:
    assert not overlap(pattern, other)
    assert not overlap(other, pattern)


def test_long_patterns_are_compared_quickly() -> None:
    assert not overlap("/" + "*a" * 60 + "b", "/" + "*a" * 60 + "c")
