"""What an app claims on its base beside what is deployed there; deployments are in tests/cases."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from constructs_lib.config.environments import Environment, parse_name
from constructs_lib.config.model import AdHocBaseConfig, PolicyConfig
from gitops.deploy.preflight.neighbours import (
    count_problem,
    host_problem,
    taken_priorities,
)
from tests.gitops.factories import deployed, environment


def on_base(name: str, most: int) -> Environment:
    fields = {"cidr": "10.20.0.0/16"}
    base = replace(environment("dev"), config=_base(most, fields))
    return replace(environment("dev/alpha", base), name=parse_name(name))


def _base(most: int, network: dict[str, str]) -> AdHocBaseConfig:
    made = AdHocBaseConfig(
        account="main",
        domain="dev.example.com",
        hosted_zone_id="Z1",
        network=cast("object", SimpleNamespace(**network)),  # type: ignore[arg-type] # the policy alone is read
    )
    return replace(made, policy=PolicyConfig(max_environments=most))


def test_a_host_name_is_taken_by_another_environment_alone() -> None:
    other = replace(deployed("qa/alpha"), outputs={"Url": "https://a.example.com"})

    assert "qa/alpha is deployed and answers at https://a.example.com" in host_problem("https://a.example.com", [other])
    assert host_problem("https://b.example.com", [other]) == ""
    assert host_problem("", [deployed("qa/alpha")]) == ""


@pytest.mark.parametrize(
    ("wanted", "own", "there", "taken"),
    [
        ({1, 2}, set(), {2, 3}, "2"),
        ({1, 2}, {1, 2}, {1, 2, 3}, ""),
        ({1, 2, 3}, {1, 2}, {1, 2, 3}, "3"),
        ({4}, set(), {1, 2}, ""),
    ],
)
def test_priorities_are_taken_by_rules_that_are_not_its_own(
    wanted: set[int], own: set[int], there: set[int], taken: str
) -> None:
    problem = taken_priorities(wanted, own, there)

    assert bool(problem) == bool(taken)
    assert not taken or f"with the priority {taken};" in problem


@pytest.mark.parametrize(
    ("most", "coming", "there", "is_one_too_many"),
    [
        (2, ["dev/beta"], ["dev/alpha"], False),
        (1, ["dev/beta"], ["dev/alpha"], True),
        (2, ["dev/a1", "dev/beta"], ["dev/alpha"], True),
        (2, ["dev/beta", "dev/zeta"], ["dev/alpha"], False),
        (1, ["dev/beta", "qa/alpha"], [], False),
    ],
)
def test_a_base_takes_what_its_policy_allows(
    most: int, coming: list[str], there: list[str], *, is_one_too_many: bool
) -> None:
    problem = count_problem(on_base("dev/beta", most), {parse_name(name) for name in coming}, [*map(deployed, there)])

    assert bool(problem) == is_one_too_many
