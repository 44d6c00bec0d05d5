"""What GitHub makes of a form, and what people make of that."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from gitops.chatops.forms.fields import BASE_SIZE, LABELS, REQUIRED, FieldProblem, Form, read_inputs, read_issue
from gitops.init.new_declaration import OPTIONS, SIZES
from tests.workflows.definitions import GITHUB, workflows

EMPTY = "_No response_"


def body(**values: str) -> str:
    """Return the body that GitHub makes of a form; what is not given is left empty."""
    return "\n\n".join(f"### {label}\n\n{values.get(name, EMPTY)}" for name, label in LABELS.items())


def read(text: str) -> Form:
    form = read_issue(text)
    assert form is not None
    return form


def problems(form: Form) -> list[str]:
    return [f"{problem.label}: {problem.message}" for problem in form.problems]


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_fields_that_are_filled_in_have_values_and_the_others_none(line_break: str) -> None:
    text = body(name="dev/gamma", image="v1.4.2", days=" 7 ", size=BASE_SIZE).replace("\n", line_break)

    assert read(text) == Form(values={"name": "dev/gamma", "image": "v1.4.2", "days": "7"}, problems=())


def test_inputs_of_the_workflow_mean_the_same() -> None:
    given = {"name": "dev/gamma", "image": "v1.4.2", "owner": "", "days": "7", "size": BASE_SIZE, "awake": ""}

    assert read_inputs(given) == read(body(name="dev/gamma", image="v1.4.2", days="7"))
    assert problems(read_inputs({"colour": "red"})) == [
        "The form: there is no input 'colour'",
        "Name of the environment: is missing",
        "Image tag: is missing",
    ]


@pytest.mark.parametrize("text", ["", "It does not work", "#### Name of the environment\n\ndev/gamma", "> ### Name"])
def test_other_issues_are_no_form(text: str) -> None:
    assert read_issue(text) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (body(name="dev/gamma"), ["Image tag: is missing"]),
        (body(), ["Name of the environment: is missing", "Image tag: is missing"]),
        ("### Name of the environment\n\ndev/x1", ["Image tag: is missing"]),
        (body(name="dev/x1", image="v1\nkind: prod-app"), ["Image tag: must be one line"]),
        (body(name="dev/x1", image="v" * 201), ["Image tag: has 201 characters; 200 are allowed"]),
        (body(name="dev/\u200bx1", image="v1"), ["Name of the environment: has characters that cannot be seen"]),
        (body(name="dev/x1", image="v1\n\n### Days\n\n9"), ["The form: the heading 'Days' appears twice"]),
        (body(name="dev/x1", image="v1\n\n### Kind\n\nx"), ["The form: the heading 'Kind' is not a field of the form"]),
        ("Please\n" + body(name="dev/x1", image="v1"), ["The form: there is text before the first heading"]),
    ],
)
def test_everything_that_is_wrong_is_said_of_its_field(text: str, told: list[str]) -> None:
    found = problems(read(text))

    assert len(found) == len(told)
    assert all(one.startswith(start) for one, start in zip(found, told, strict=True))


def test_a_problem_without_a_field_is_one_of_the_form() -> None:
    assert FieldProblem.of("repository", "x").label == "The form"
    assert FieldProblem.of("image", "x").label == "Image tag"


def test_form_workflow_and_parser_have_the_same_fields() -> None:
    form = yaml.safe_load((GITHUB / "ISSUE_TEMPLATE" / "new-environment.yml").read_text())
    fields = {item["id"]: item for item in form["body"] if item["type"] != "markdown"}
    inputs = workflows()["request"]["on"]["workflow_dispatch"]["inputs"]

    assert {name: item["attributes"]["label"] for name, item in fields.items()} == LABELS
    assert list(fields) == list(inputs) == list(LABELS)
    assert [name for name, item in fields.items() if item.get("validations", {}).get("required")] == list(REQUIRED)
    assert [name for name, item in inputs.items() if item.get("required")] == list(REQUIRED)
    sizes = [BASE_SIZE, *SIZES]
    assert fields["size"]["attributes"]["options"] == inputs["size"]["options"] == sizes
    assert set(LABELS) - {"name"} <= set(OPTIONS)


def test_the_workflow_starts_for_what_the_parser_reads() -> None:
    condition = workflows()["request"]["jobs"]["decide"]["if"]

    assert f"contains(github.event.issue.body, '### {LABELS['name']}')" in condition
    assert Path(GITHUB / "ISSUE_TEMPLATE" / "new-environment.yml").exists()
