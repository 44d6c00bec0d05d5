import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from gitops.errors import UserError
from gitops.plan import document, reader, schema
from gitops.plan.document import ChangeSetResult, ChangeSets, Plan
from tests.gitops.plan.plans import change, mixed, planned


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    sets = ChangeSets(
        account="main",
        results=(
            ChangeSetResult(environment="dev/alpha", changes=(change("create"),), drifted=True),
            ChangeSetResult(environment="dev/beta", changes=None, note="why"),
        ),
    )

    reader.write(tmp_path / "plan", mixed())
    reader.write(tmp_path / "plan", sets)

    assert reader.read_plan(tmp_path / "plan") == mixed()
    assert reader.read_change_sets(tmp_path / "plan") == [sets]


def test_a_plan_without_change_sets_has_none(tmp_path: Path) -> None:
    assert reader.read_change_sets(tmp_path) == []


@pytest.mark.parametrize(
    ("described", "shape"),
    [
        (document.Plan, schema.PLAN),
        (document.PlannedEnvironment, schema.PLAN["properties"]["environments"]["items"]),
        (document.ChangeSets, schema.CHANGE_SETS),
        (document.ChangeSetResult, schema.CHANGE_SETS["properties"]["results"]["items"]),
    ],
)
def test_shape_and_data_have_the_same_fields(described: Any, shape: dict[str, Any]) -> None:
    assert {field.name for field in dataclasses.fields(described)} == shape["properties"].keys()


def written(tmp_path: Path, **environment: Any) -> Path:
    plan = Plan(environments=(planned(),), unchanged=0)
    file = reader.write(tmp_path, plan)
    data = json.loads(file.read_text())
    data["environments"][0] |= environment
    file.write_text(json.dumps(data))
    return tmp_path


@pytest.mark.parametrize(
    "wrong",
    [
        {"environment": "../../etc/passwd"},
        {"environment": "dev/alpha\n"},
        {"account_id": "1"},
        {"region": "us-east-1.evil.example.com/"},
        {"account": "../main"},
        {"action": "execute"},
        {"expires": "<script>"},
        {"changes": [{"action": "create"}]},
        {"changes": "none"},
        {"reason": "x" * 4_001},
        {"template": "x" * 51_201},
        {"cost_after": {"least_usd": "free", "most_usd": 0, "unpriced": 0}},
        {"tags": {"name": 1}},
        {"surprise": True},
    ],
)
def test_anything_of_another_shape_is_an_error_of_the_user(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="is not a document of version 1"):
        reader.read_plan(written(tmp_path, **wrong))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"text"', "[" * 100_000, '{"version": 2}', "\xff"])
def test_no_document_at_all_is_an_error_of_the_user(tmp_path: Path, text: str) -> None:
    (tmp_path / reader.PLAN_FILE).write_bytes(text.encode("latin-1"))

    with pytest.raises(UserError):
        reader.read_plan(tmp_path)


def test_a_missing_plan_is_an_error_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        reader.read_plan(tmp_path)


def test_an_endless_document_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / reader.PLAN_FILE).open("wb") as file:
        file.truncate(reader.MAX_BYTES + 1)

    with pytest.raises(UserError, match="bytes"):
        reader.read_plan(tmp_path)


def test_the_message_does_not_repeat_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        reader.read_plan(written(tmp_path, reason=["::error::evil"]))

    assert "evil" not in str(caught.value)
