"""The schema, the model and the messages between them."""

import dataclasses
import json
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from constructs_lib.config import schema
from constructs_lib.config.build import required_fields
from constructs_lib.config.loader import parse
from constructs_lib.config.model import CONFIG_OF_KIND

KINDS = list(CONFIG_OF_KIND)

TYPE_OF: Mapping[type, str] = {str: "string", int: "integer", bool: "boolean", tuple: "array", Mapping: "object"}


def part(kind: str) -> schema.Schema:
    return typing.cast("schema.Schema", schema.schema()["$defs"][schema.definitions()[kind]])


def parts(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield every mapping in the schema."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from parts(inner)


def assert_same_fields(config: type, shape: schema.Schema, *, exceptions: frozenset[str]) -> None:
    """Assert that a class and a part of the schema agree in fields, types and what is required."""
    hints = typing.get_type_hints(config)
    properties = {name: schema.resolved(inner) for name, inner in shape["properties"].items() if name != "kind"}
    assert set(properties) == set(hints), config
    assert shape["additionalProperties"] is False
    required = set(shape.get("required", ())) - {"kind"}
    assert required == set(required_fields(config)) - exceptions, config
    for name, inner in properties.items():
        assert_same_type(hints[name], inner)


def assert_same_type(hint: object, shape: schema.Schema) -> None:
    alternatives = [item for item in typing.get_args(hint) if item is not type(None)]
    if type(None) in typing.get_args(hint):
        (hint,) = alternatives
    declared = shape["type"] if isinstance(shape["type"], str) else shape["type"][0]
    if typing.get_origin(hint) is typing.Literal:
        assert set(typing.get_args(hint)) == set(shape["enum"]) - {None}
    elif dataclasses.is_dataclass(hint):
        assert declared == "object"
        assert_same_fields(typing.cast("type", hint), shape, exceptions=frozenset())
    else:
        assert declared == TYPE_OF[typing.cast("type", typing.get_origin(hint) or hint)]
        values = shape.get("additionalProperties")
        if isinstance(values, Mapping):
            assert_same_type(typing.get_args(hint)[1], schema.resolved(values))


def test_schema_is_valid() -> None:
    Draft202012Validator.check_schema(schema.schema())


def test_schema_lists_the_kinds_of_the_model() -> None:
    assert set(schema.definitions()) == set(CONFIG_OF_KIND)
    assert set(schema.schema()["properties"]["kind"]["enum"]) == set(CONFIG_OF_KIND)
    assert {kind: part(kind)["properties"]["kind"]["const"] for kind in KINDS} == {kind: kind for kind in KINDS}


OF_ONE_APP = {"kind", "expires", "hostname", "lock", "destroy_by_comment", "allow_replacement"}
"""What a base cannot say for all of its apps."""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.endswith("-app")])
def test_schema_and_model_have_the_same_fields(kind: str) -> None:
    shape = part(kind)
    defaults = shape["properties"].get("app_defaults")

    assert_same_fields(CONFIG_OF_KIND[kind], shape, exceptions=frozenset())
    if defaults:
        app = part(kind.replace("-base", "-app"))["properties"].items()
        own = {name: inner for name, inner in app if name not in OF_ONE_APP}
        assert defaults["properties"] == own


@pytest.mark.parametrize("kind", ["ad-hoc-app", "prod-app"])
def test_schema_and_model_of_apps_differ_in_what_the_base_may_say_alone(kind: str) -> None:
    service_fields = {"scaling"} if kind == "ad-hoc-app" else set()
    shape = json.loads(json.dumps(part(kind)))
    services = schema.resolved(shape["properties"]["services"])
    service = json.loads(json.dumps(schema.resolved(services["additionalProperties"])))
    assert set(service["properties"]).isdisjoint(service_fields)
    service["properties"].update({name: schema.schema()["$defs"][name] for name in service_fields})
    shape["properties"]["services"] = {**services, "additionalProperties": service}

    if kind == "prod-app":  # production does not sleep
        jobs = schema.resolved(shape["properties"]["jobs"])
        job = json.loads(json.dumps(schema.resolved(jobs["additionalProperties"])))
        assert "while_asleep" not in job["properties"]
        job["properties"]["while_asleep"] = schema.schema()["$defs"]["adHocJob"]["properties"]["while_asleep"]
        shape["properties"]["jobs"] = {**jobs, "additionalProperties": job}

    sayable = set(schema.resolved(part(kind.replace("-app", "-base"))["properties"]["app_defaults"])["properties"])
    assert_same_fields(CONFIG_OF_KIND[kind], shape, exceptions=frozenset(sayable))


def test_every_field_is_described() -> None:
    for shape in parts(schema.schema()):
        for name, inner in shape.get("properties", {}).items():
            if isinstance(inner, dict) and "const" not in inner and shape is not schema.schema():
                assert inner.get("$ref") or inner.get("description") or name == "kind", name


def test_every_pattern_is_explained_in_words() -> None:
    patterns = [shape for shape in parts(schema.schema()) if isinstance(shape.get("pattern"), str)]

    assert len(patterns) > 10
    assert all(shape["patternErrorMessage"].startswith("must be ") for shape in patterns)


def test_every_pattern_is_anchored() -> None:
    patterns = [shape["pattern"] for shape in parts(schema.schema()) if isinstance(shape.get("pattern"), str)]

    assert all(pattern.startswith("^") and pattern.endswith("$") for pattern in patterns)


@pytest.mark.parametrize("kind", KINDS)
def test_examples_have_the_shape_they_illustrate(kind: str) -> None:
    Draft202012Validator(schema.schema()).validate(part(kind)["examples"][0])


def test_examples_of_fields_are_valid() -> None:
    for shape in parts(schema.schema()["$defs"]):
        for example in shape.get("examples", ()) if isinstance(shape.get("examples"), list) else ():
            Draft202012Validator({**shape, "$defs": schema.schema()["$defs"]}).validate(example)


def messages(text: str, kind: str = "ad-hoc-app") -> list[str]:
    return sorted(str(problem) for problem in schema.problems(parse(text.encode(), "x.yaml"), kind))


def test_declaration_of_the_right_shape_has_no_problems() -> None:
    assert messages("kind: ad-hoc-app\nexpires: 2026-12-01\n") == []


@pytest.mark.parametrize(
    ("kind", "where", "shape"),
    [
        ("maxItems", "release_command", f"[{', '.join(['x'] * 65)}]"),
        ("maxLength", "repository", "x" * 257),
        ("minLength", "repository", "x"),
        ("minProperties", "services", "{}"),
    ],
)
def test_sizes_are_explained(kind: str, where: str, shape: str) -> None:
    expected = {
        "maxItems": "must have at most 64 items, not 65",
        "maxLength": "must have at most 256 characters, not 257",
        "minLength": "must have at least 2 characters",
        "minProperties": "must not be empty",
    }

    (message,) = messages(f"kind: ad-hoc-app\nexpires: 2026-12-01\n{where}: {shape}\n")
    assert message.endswith(f": {where}: {expected[kind]}")


def test_long_values_are_cut_in_messages() -> None:
    (message,) = messages(f"kind: ad-hoc-app\nexpires: 2026-12-01\nowner: {'_' * 1000}\n")

    assert message.endswith(f'such as octocat, not "{"_" * 60}…"')


def test_two_unknown_keys_are_two_problems() -> None:
    assert len(messages("kind: ad-hoc-app\nexpires: 2026-12-01\none: 1\ntwo: 2\n")) == 2


@pytest.mark.parametrize("login", ["octocat", "octo-cat", "octocat_company", "a_b"])
def test_logins_of_people_and_of_managed_users_are_owners(login: str) -> None:
    assert messages(f"kind: ad-hoc-app\nexpires: 2026-12-01\nowner: {login}\n") == []


@pytest.mark.parametrize("login", ["_company", "octocat_", "octo--cat", "octo_cat_company", "-octocat", "octo.cat"])
def test_other_words_are_no_logins(login: str) -> None:
    (message,) = messages(f"kind: ad-hoc-app\nexpires: 2026-12-01\nowner: {login}\n")

    assert "owner: must be a GitHub login" in message


@pytest.mark.parametrize("key", ["a\tb", "a\nb", "a\ud7ffb", "a\n::error::b"])
def test_a_key_that_cannot_be_printed_is_escaped(key: str) -> None:
    source = parse(json.dumps({"kind": "account", key: 1}, ensure_ascii=False).encode(), "main.yaml")

    (found,) = (str(one) for one in schema.problems(source, "account") if "unknown key" in one.message)

    assert found.isprintable()
    assert found.startswith(f"main.yaml:1:21: {key.encode('unicode_escape').decode()}: unknown key")
