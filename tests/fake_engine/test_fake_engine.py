"""The fake engine refuses what Docker's description of its API does not allow, and answers what it allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.fake_engine import contract
from tests.fake_engine.containers import Image
from tests.fake_engine.description import OPERATIONS
from tests.fake_engine.engine import FakeEngine
from tests.fake_engine.operations import OPERATIONS as SERVED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GOOD: dict[str, Any] = {"Image": "shop:v1", "Cmd": ["true"], "HostConfig": {"NetworkMode": "host"}}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[FakeEngine]:
    """An engine whose violations a test looks at itself."""
    with FakeEngine() as made:
        made.images["shop:v1"] = Image(tmp_path)
        yield made


def client(engine: FakeEngine, version: str = "v1.44") -> httpx.Client:
    return httpx.Client(transport=httpx.HTTPTransport(uds=str(engine.socket)), base_url=f"http://engine/{version}")


def create(engine: FakeEngine, **more: Any) -> httpx.Response:
    return client(engine).post("/containers/create", params={"name": "it"}, json={**GOOD, **more})


def test_what_the_description_allows_is_no_violation(engine: FakeEngine) -> None:
    created = create(engine, Labels={"any": "name"}, Env=["A=1"])

    assert created.status_code == 201
    assert engine.violations == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"Commands": ["true"]}, "$.Commands is unknown"),
        ({"HostConfig": {"NetworkMode": "host", "Network": "host"}}, "$.HostConfig.Network is unknown"),
        ({"HostConfig": {"NetworkMode": "host", "Mounts": [{"Path": "/"}]}}, "$.HostConfig.Mounts[0].Path is unknown"),
        ({"Env": {"A": "1"}}, "$.Env: {'A': '1'} is not of type 'array'"),
        ({"Labels": {"a": 1}}, "$.Labels.a: 1 is not of type 'string'"),
    ],
)
def test_a_body_against_the_description_is_refused(engine: FakeEngine, fields: dict[str, Any], problem: str) -> None:
    refused = create(engine, **fields)

    assert refused.status_code == 400
    assert [one for one in engine.violations if problem in one], engine.violations
    assert engine.containers == {}


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"names": "it"}, "POST /containers/create has no parameter names"),
        ({"name": "-it"}, "name is not ^/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$: -it"),
    ],
)
def test_a_parameter_against_the_description_is_refused(
    engine: FakeEngine, query: dict[str, str], problem: str
) -> None:
    refused = client(engine).post("/containers/create", params=query, json=GOOD)

    assert refused.status_code == 400
    assert [one for one in engine.violations if problem in one], engine.violations


@pytest.mark.parametrize("value", ["soon", "1.5"])
def test_a_number_is_one(engine: FakeEngine, value: str) -> None:
    assert client(engine).post("/containers/it/stop", params={"t": value}).status_code == 400
    assert engine.violations == [f"POST /containers/{{id}}/stop: t is no integer: {value}"]


def test_what_is_not_described_is_a_violation(engine: FakeEngine) -> None:
    assert client(engine).post("/containers/it/restart").status_code == 404
    assert engine.violations == ["POST /containers/it/restart is not described"]


def test_another_version_is_refused(engine: FakeEngine) -> None:
    assert client(engine, "v1.99").get("/version").status_code == 400


def test_an_answer_is_held_to_the_description_too() -> None:
    operation = contract.find("GET", "/version")

    assert operation is not None
    assert operation.answer_problems(200, {"Version": "25.0.0"}) == []
    assert operation.answer_problems(200, {"Version": 25}) == ["GET /version: $.Version: 25 is not of type 'string'"]
    assert operation.answer_problems(200, {"version": "25"}) == ["GET /version: $.version is unknown"]
    assert operation.answer_problems(204, None) == ["GET /version never answers with 204"]


def test_names_of_images_have_slashes() -> None:
    operation = contract.find("GET", "/images/public.ecr.aws/valkey/valkey:8.1/json")

    assert operation is not None
    assert operation.in_path == {"name": "public.ecr.aws/valkey/valkey:8.1"}


def test_a_list_is_no_container() -> None:
    operation = contract.find("GET", "/containers/json")

    assert operation is not None
    assert operation.name == "GET /containers/json"


def test_every_described_operation_is_served() -> None:
    assert set(SERVED) == set(OPERATIONS)
