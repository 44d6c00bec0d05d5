"""Decisions, how they are worded and how they are recorded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from local_aws.authorisation.authority import Authority
from local_aws.authorisation.callers import Caller
from local_aws.authorisation.engine import Engine, Policies, Policy
from local_aws.authorisation.mapping import Place, requirements
from local_aws.authorisation.records import FILE, Records, Summary, count, denials, summary
from local_aws.authorisation.requests import Call

if TYPE_CHECKING:
    from pathlib import Path

PLACE = Place("111111111111", "us-east-1")
ROLE = "arn:aws:iam::111111111111:role/it"
SESSION = "arn:aws:sts::111111111111:assumed-role/it/session"


class Nothing:
    """Resources without tags and policies, none of which is known by another name."""

    def arn(self, _prefix: str, _kind: str, _name: str) -> None:
        return None

    def roles_of_task_definition(self, _arn: str) -> list[str]:
        return []

    def ssm_parameters_of_template(self, _parameters: object) -> list[str]:
        return []

    def tags(self, _arn: str) -> dict[str, str]:
        return {}

    def policy(self, _prefix: str, _arn: str) -> None:
        return None


def allowing(action: str, resource: str) -> Caller:
    statement = {"Sid": "It", "Effect": "Allow", "Action": action, "Resource": resource}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return Caller(SESSION, ROLE, "111111111111", Policies((Policy("policy", text),)))


@pytest.fixture
def authority(engine: Engine, tmp_path: Path) -> Authority:
    return Authority(engine, Nothing(), Records(tmp_path))


def denial(authority: Authority, caller: Caller, operation: str, **parameters: str) -> str | None:
    call = Call(service="cloudformation", operation=operation, protocol="query", parameters=parameters)
    denied = authority.judge(caller, requirements(call, PLACE, Nothing()), PLACE)
    return denied.message if denied else None


def test_a_list_of_everything_takes_a_statement_for_all_resources(authority: Authority) -> None:
    stacks = "arn:aws:cloudformation:us-east-1:111111111111:stack/*"

    assert denial(authority, allowing("cloudformation:*", "*"), "DescribeStacks") is None
    assert denial(authority, allowing("cloudformation:*", stacks), "DescribeStacks") == (
        f"User: {SESSION} is not authorized to perform: cloudformation:DescribeStacks on resource: * "
        "because no identity-based policy allows the cloudformation:DescribeStacks action"
    )


def test_a_part_that_is_not_known_yet_is_matched_by_all_of_them_only(authority: Authority) -> None:
    new = "arn:aws:cloudformation:us-east-1:111111111111:stack/new/"

    assert denial(authority, allowing("*", f"{new}*"), "CreateStack", StackName="new") is None
    assert denial(authority, allowing("*", f"{new}0f1e*"), "CreateStack", StackName="new") is not None


def test_every_decision_is_recorded_with_what_was_decisive(authority: Authority, tmp_path: Path) -> None:
    caller = allowing("cloudformation:DescribeStacks", "*")
    denial(authority, caller, "DescribeStacks")
    denial(authority, caller, "ListStacks")

    assert summary(tmp_path) == [Summary(ROLE, 1, 1)]
    first, second = map(json.loads, (tmp_path / FILE).read_text().splitlines())
    assert (first["action"], first["effect"]) == ("cloudformation:DescribeStacks", "Allowed")
    assert first["statements"] == [{"kind": "identity", "policy": "policy", "sid": "It", "index": 1}]
    assert (second["action"], second["effect"], second["statements"]) == (
        "cloudformation:ListStacks",
        "ImplicitlyDenied",
        [],
    )


def test_what_was_denied_is_listed_once_and_those_seen_before_are_left_out(
    authority: Authority, tmp_path: Path
) -> None:
    caller = allowing("cloudformation:DescribeStacks", "*")
    for operation in ("DescribeStacks", "ListStacks", "ListStacks"):
        denial(authority, caller, operation)
    authority.refused("AKIA", "ecs:ListClusters", "*", "nobody has this key")

    assert list(map(str, denials(tmp_path))) == [
        f"{ROLE} was denied cloudformation:ListStacks on *",
        "AKIA was denied ecs:ListClusters on *: nobody has this key",
    ]
    assert [one.action for one in denials(tmp_path, after=3)] == ["ecs:ListClusters"]
    assert denials(tmp_path, after=count(tmp_path)) == []


def test_a_server_that_decided_nothing_has_no_counts(tmp_path: Path) -> None:
    assert summary(tmp_path) == []
