"""The client of a Docker engine: what it says when the engine refuses, and how it reads what is streamed."""

from __future__ import annotations

import struct
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.engine.client import Engine, EngineError
from local_aws.engine.images import find_or_pull
from local_aws.engine.log_stream import LONGEST_LINE, lines
from tests.fake_engine.containers import Image

if TYPE_CHECKING:
    from tests.fake_engine.engine import FakeEngine

ECR = "111111111111.dkr.ecr.eu-central-1.amazonaws.com"


def frame(stream: int, data: bytes) -> bytes:
    return struct.pack(">BxxxL", stream, len(data)) + data


def test_an_engine_that_answers_passes_the_check(fake_engine: FakeEngine) -> None:
    Engine(fake_engine.host).check()

    assert [one.operation for one in fake_engine.requests] == ["GET /version"]


def test_no_engine_is_an_error_that_names_the_socket(tmp_path: Path) -> None:
    host = f"unix://{tmp_path / 'docker.sock'}"

    with pytest.raises(EngineError, match=rf"^no container engine answers at {host}: .*No such file"):
        Engine(host).check()


@pytest.mark.parametrize("host", ["tcp://127.0.0.1:2375", "/var/run/docker.sock", "ssh://octocat@example.com"])
def test_an_engine_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(EngineError, match=r"is no socket of this machine, such as unix:///var/run/docker.sock"):
        Engine(host)


def test_a_refusal_has_the_words_of_the_engine(fake_engine: FakeEngine) -> None:
    fake_engine.refuse("GET /version", 500, "the disk is full")

    with pytest.raises(EngineError, match=r"^the disk is full$") as raised:
        Engine(fake_engine.host).check()
    assert raised.value.status == 500


def test_an_image_says_how_it_is_run(fake_engine: FakeEngine, tmp_path: Path) -> None:
    config = {"Entrypoint": ["tini", "--"], "Cmd": ["web"], "Env": ["A=1=2", "PATH=/bin"], "WorkingDir": "/app"}
    fake_engine.images["shop:v1"] = Image(tmp_path, config)

    found = Engine(fake_engine.host).image("shop:v1")

    assert found is not None
    assert (found.entrypoint, found.command) == (("tini", "--"), ("web",))
    assert found.environment == {"A": "1=2", "PATH": "/bin"}
    assert found.workdir == PurePosixPath("/app")


@pytest.mark.parametrize("config", [{}, {"Cmd": [], "Env": []}])
def test_an_image_may_say_nothing(fake_engine: FakeEngine, tmp_path: Path, config: dict[str, Any]) -> None:
    fake_engine.images["shop:v1"] = Image(tmp_path, config)

    found = Engine(fake_engine.host).image("shop:v1")

    assert found is not None
    assert (found.entrypoint, found.command, dict(found.environment)) == ((), (), {})


def test_an_image_that_is_there_is_not_pulled(fake_engine: FakeEngine, tmp_path: Path) -> None:
    fake_engine.images["docker.io/library/redis:8"] = Image(tmp_path, {"Cmd": ["redis-server"]})

    name, config = find_or_pull(Engine(fake_engine.host), "docker.io/library/redis:8")

    assert (name, config.command) == ("docker.io/library/redis:8", ("redis-server",))
    assert fake_engine.of("POST /images/create") == []


@pytest.mark.parametrize(
    ("image", "query"),
    [
        ("example.com:5000/shop:v1", {"fromImage": "example.com:5000/shop", "tag": "v1"}),
        ("example.com:5000/shop", {"fromImage": "example.com:5000/shop", "tag": "latest"}),
        ("shop", {"fromImage": "shop", "tag": "latest"}),
        ("shop@sha256:" + "1" * 64, {"fromImage": "shop", "tag": "sha256:" + "1" * 64}),
    ],
)
def test_an_image_is_pulled_by_name_and_version(fake_engine: FakeEngine, image: str, query: dict[str, str]) -> None:
    with pytest.raises(EngineError, match=r"manifest for .* not found: manifest unknown"):
        find_or_pull(Engine(fake_engine.host), image)

    assert [one.query for one in fake_engine.of("POST /images/create")] == [query]


def test_an_image_that_is_missing_is_pulled(fake_engine: FakeEngine, tmp_path: Path) -> None:
    fake_engine.registry["public.ecr.aws/valkey/valkey:8.1"] = Image(tmp_path, {"Cmd": ["valkey-server"]})

    name, config = find_or_pull(Engine(fake_engine.host), "public.ecr.aws/valkey/valkey:8.1")

    assert (name, config.command) == ("public.ecr.aws/valkey/valkey:8.1", ("valkey-server",))


@pytest.mark.parametrize("name", [f"{ECR}/teams/shop:v1", "teams/shop:v1"])
def test_an_image_of_ecr_is_found_with_and_without_its_registry(
    fake_engine: FakeEngine, tmp_path: Path, name: str
) -> None:
    fake_engine.images[name] = Image(tmp_path)

    assert find_or_pull(Engine(fake_engine.host), f"{ECR}/teams/shop:v1")[0] == name


def test_an_image_of_ecr_is_never_pulled(fake_engine: FakeEngine) -> None:
    image = f"{ECR}/shop:v1"

    with pytest.raises(EngineError) as raised:
        find_or_pull(Engine(fake_engine.host), image)

    assert str(raised.value) == (
        f"the engine at {fake_engine.host} has no image {image}; build it there: docker build --tag {image} FOLDER"
    )
    assert fake_engine.of("POST /images/create") == []


def test_a_refused_pull_has_the_words_of_the_engine(fake_engine: FakeEngine) -> None:
    fake_engine.refuse("POST /images/create", 500, "toomanyrequests: You have reached your pull rate limit")

    with pytest.raises(EngineError, match=r"^toomanyrequests: "):
        find_or_pull(Engine(fake_engine.host), "docker.io/library/redis:8")


def test_removal_of_what_is_gone_is_no_error(fake_engine: FakeEngine) -> None:
    Engine(fake_engine.host).remove("0" * 64)

    assert len(fake_engine.of("DELETE /containers/{id}")) == 1


def test_removal_of_what_is_being_removed_is_no_error(fake_engine: FakeEngine) -> None:
    fake_engine.refuse("DELETE /containers/{id}", 409, "removal of container 0 is already in progress")

    Engine(fake_engine.host).remove("0" * 64)


def test_a_refused_removal_is_an_error(fake_engine: FakeEngine) -> None:
    fake_engine.refuse("DELETE /containers/{id}", 500, "device or resource busy")

    with pytest.raises(EngineError, match=r"^device or resource busy$"):
        Engine(fake_engine.host).remove("0" * 64)


def test_an_engine_that_was_stopped_is_an_error(fake_engine: FakeEngine) -> None:
    fake_engine.stop_listening()

    with pytest.raises(EngineError, match=f"no container engine answers at {fake_engine.host}"):
        Engine(fake_engine.host).labelled("a=b")


@pytest.mark.parametrize("size", [1, 3, 8, 1000])
def test_lines_are_whole_however_frames_and_chunks_are_cut(size: int) -> None:
    sent = frame(1, b"one\ntw") + frame(2, "ärgern\r\n".encode()) + frame(1, b"o\n\nth") + frame(1, b"ree")
    chunks = [sent[start : start + size] for start in range(0, len(sent), size)]

    assert list(lines(chunks)) == ["one", "ärgern", "two", "", "three"]


def test_a_line_without_end_is_cut() -> None:
    assert [len(line) for line in lines([frame(1, b"x" * (LONGEST_LINE + 10))])] == [LONGEST_LINE, 10]


def test_a_frame_that_breaks_off_is_left_out() -> None:
    assert list(lines([frame(1, b"one\n"), frame(1, b"two\n")[:-1]])) == ["one"]
