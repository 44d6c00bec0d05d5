"""What is accepted as a plan of a job that ran code of a pull request, and what is not."""

import json
from pathlib import Path
from typing import Any

import pytest

from gitops.errors import UserError
from gitops.plan.document import (
    CHANGE_SETS_PREFIX,
    PLAN_FILE,
    ChangeSetResult,
    ChangeSets,
    Plan,
    read_change_sets,
    read_plan,
    write_change_sets,
    write_plan,
)
from tests.gitops.plan.plans import change, mixed, planned

SETS = ChangeSets(
    account="main",
    results=(
        ChangeSetResult(environment="dev/alpha", changes=(change("create"),), drifted=True),
        ChangeSetResult(environment="dev/beta", changes=None, note="why"),
    ),
)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_plan(tmp_path / "plan", mixed())
    write_change_sets(tmp_path / "plan", SETS)

    assert read_plan(tmp_path / "plan") == mixed()
    assert read_change_sets(tmp_path / "plan") == [SETS]


def test_a_plan_without_change_sets_has_none(tmp_path: Path) -> None:
    assert read_change_sets(tmp_path) == []


def spoiled_plan(folder: Path, **environment: Any) -> Path:
    """Return a folder with a plan of one environment, some fields of which are replaced."""
    write_plan(folder, Plan(environments=(planned(),), unchanged=0))
    file = folder / PLAN_FILE
    data = json.loads(file.read_text())
    data["environments"][0] |= environment
    file.write_text(json.dumps(data))
    return folder


CHANGE = {"action": "update", "logical_id": "Topic", "type": "AWS::SNS::Topic", "cause": "", "details": []}
GRANT = {"kind": "policy", "who": "Role", "what": "s3:*", "on": "*", "when": ""}


@pytest.mark.parametrize(
    "wrong",
    [
        {"environment": "../../etc/passwd"},
        {"environment": "dev/alpha\n"},
        {"environment": "dev/alpha/beta"},
        {"account_id": "1"},
        {"account_id": 111111111111},
        {"region": "us-east-1.evil.example.com/"},
        {"region": "us-east-1\n"},
        {"account": "../main"},
        {"account": None},
        {"kind": "secret-base"},
        {"action": "execute"},
        {"wave": "last"},
        {"renamed_from": "../alpha"},
        {"expires": "<script>"},
        {"changes": [{"action": "create"}]},
        {"changes": "none"},
        {"changes": [CHANGE] * 1_001},
        {"changes": [CHANGE | {"action": "explode"}]},
        {"changes": [CHANGE | {"details": [{"path": "Name", "before": None}]}]},
        {"changes": [CHANGE | {"surprise": 1}]},
        {"grants": [GRANT | {"kind": "all"}]},
        {"grants": [GRANT | {"who": "x" * 301}]},
        {"grants": [GRANT] * 5_001},
        {"refusals": ["x"] * 1_001},
        {"warnings": ["x"] * 101},
        {"warnings": [1]},
        {"reason": "x" * 4_001},
        {"reason": None},
        {"url": "x" * 301},
        {"other": ["x" * 301]},
        {"consents": "Topic"},
        {"template": "x" * 51_201},
        {"template": {"Resources": {}}},
        {"template_before": "0" * 63},
        {"template_before": "0" * 64 + "\n"},
        {"cost_after": {"least_usd": "free", "most_usd": 0, "unpriced": 0}},
        {"cost_after": {"least_usd": -1, "most_usd": 0, "unpriced": 0}},
        {"cost_after": {"least_usd": 1e10, "most_usd": 0, "unpriced": 0}},
        {"cost_after": {"least_usd": True, "most_usd": 0, "unpriced": 0}},
        {"cost_after": {"least_usd": 0, "most_usd": 0, "unpriced": 1.5}},
        {"cost_after": {"least_usd": 0, "most_usd": 0}},
        {"tags": {"name": 1}},
        {"tags": {"name": "x" * 301}},
        {"tags": {str(number): "" for number in range(51)}},
        {"tags": []},
        {"surprise": True},
    ],
    ids=lambda wrong: f"{next(iter(wrong))}={str(next(iter(wrong.values())))[:30]}",
)
def test_any_other_type_or_size_is_refused_with_its_place(tmp_path: Path, wrong: dict[str, Any]) -> None:
    field = next(iter(wrong)) if "surprise" not in wrong else ""

    with pytest.raises(UserError, match=rf"is not a valid Plan: (wrong at \$\.environments\[0\]\.?{field}|a field)"):
        read_plan(spoiled_plan(tmp_path, **wrong))


@pytest.mark.parametrize("field", Plan.__struct_fields__)
def test_a_plan_without_one_of_its_fields_is_refused(tmp_path: Path, field: str) -> None:
    file = spoiled_plan(tmp_path) / PLAN_FILE
    data = json.loads(file.read_text())
    del data[field]
    file.write_text(json.dumps(data))

    with pytest.raises(UserError, match="is not a valid Plan"):
        read_plan(tmp_path)


@pytest.mark.parametrize("field", planned().__struct_fields__)
def test_an_environment_without_one_of_its_fields_is_refused(tmp_path: Path, field: str) -> None:
    file = spoiled_plan(tmp_path) / PLAN_FILE
    data = json.loads(file.read_text())
    del data["environments"][0][field]
    file.write_text(json.dumps(data))

    with pytest.raises(UserError, match="is not a valid Plan"):
        read_plan(tmp_path)


@pytest.mark.parametrize(
    "wrong", [{"version": 2}, {"version": "1"}, {"unchanged": -1}, {"unchanged": True}, {"more": 1}]
)
def test_another_version_or_count_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    file = spoiled_plan(tmp_path) / PLAN_FILE
    file.write_text(json.dumps(json.loads(file.read_text()) | wrong))

    with pytest.raises(UserError, match="is not a valid Plan"):
        read_plan(tmp_path)


@pytest.mark.parametrize(
    "wrong", [{"environment": "x"}, {"changes": [{}]}, {"note": 1}, {"drifted": 1}, {"refusals": None}, {"more": 1}]
)
def test_change_sets_of_any_other_type_are_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    write_change_sets(tmp_path, SETS)
    file = tmp_path / f"{CHANGE_SETS_PREFIX}main.json"
    data = json.loads(file.read_text())
    data["results"][0] |= wrong
    file.write_text(json.dumps(data))

    with pytest.raises(UserError, match="is not a valid ChangeSets"):
        read_change_sets(tmp_path)


def test_the_message_does_not_repeat_what_is_wrong(tmp_path: Path) -> None:
    for wrong in ({"reason": ["::error::evil"]}, {"action": "evil"}, {"evil - at `$.evil": 1}, {"tags": {"evil": 1}}):
        with pytest.raises(UserError) as caught:
            read_plan(spoiled_plan(tmp_path, **wrong))

        assert "evil" not in str(caught.value)
