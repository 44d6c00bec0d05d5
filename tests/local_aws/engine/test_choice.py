"""Whether an embedded AWS uses an engine, and the removal of its containers there."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from local_aws import lifecycle
from local_aws.engine import choice
from local_aws.engine.client import Engine
from local_aws.loopback import ANY_PORT
from local_aws.settings import DOCKER_HOST, server_environment
from tests.fake_engine.containers import Image
from tests.gitops.checkouts import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fake_engine.engine import FakeEngine


def up(state_dir: Path, folder: Path) -> lifecycle.EmbeddedAws:
    """Start an embedded AWS that uses the engine which the variable names."""
    return lifecycle.up(state_dir, port=ANY_PORT, account="111111111111", images=folder / "images.json")[0]


def start(engine: FakeEngine, folder: Path, state_dir: Path, name: str) -> str:
    """Start a container of an embedded AWS and return its id."""
    engine.images["shop:v1"] = Image(folder)
    client = Engine(engine.host)
    configuration: dict[str, Any] = {
        "Image": "shop:v1",
        "Entrypoint": ["sleep"],
        "Cmd": ["60"],
        "Labels": {choice.LABEL: str(state_dir)},
        "HostConfig": {"NetworkMode": "host"},
    }
    container = client.create(name, configuration)
    client.start(container)
    return container


def test_an_embedded_aws_uses_no_engine_unless_it_is_told(tmp_path: Path) -> None:
    assert choice.host_of(tmp_path) is None
    assert choice.engine_of(tmp_path) is None
    choice.remove_containers(tmp_path)


def test_the_engine_is_kept_in_the_state_folder(fake_engine: FakeEngine, tmp_path: Path) -> None:
    choice.use(tmp_path, fake_engine.host)

    assert choice.host_of(tmp_path) == fake_engine.host
    found = choice.engine_of(tmp_path)
    assert found is not None
    assert found.host == fake_engine.host


def test_ministack_never_sees_the_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(DOCKER_HOST, "unix:///var/run/docker.sock")
    monkeypatch.setenv("DOCKER_HOST", "unix:///var/run/docker.sock")

    variables = server_environment(tmp_path, 4566, "111111111111", "us-east-1")

    assert variables["DOCKER_HOST"] == f"unix://{tmp_path}/no-docker.sock"
    assert "/var/run/docker.sock" not in "".join(variables.values())


def test_containers_of_a_state_folder_are_removed_and_no_others(fake_engine: FakeEngine, tmp_path: Path) -> None:
    mine, other = tmp_path / "mine", tmp_path / "mine-too"
    mine.mkdir()
    choice.use(mine, fake_engine.host)
    start(fake_engine, tmp_path, mine, "running")
    ended = start(fake_engine, tmp_path, mine, "ended")
    fake_engine.containers[ended].kill()
    left = start(fake_engine, tmp_path, other, "other")

    choice.remove_containers(mine)

    assert list(fake_engine.containers) == [left]
    assert fake_engine.containers[left].running


def test_what_cannot_be_removed_is_said_with_the_way_to_find_it(fake_engine: FakeEngine, tmp_path: Path) -> None:
    choice.use(tmp_path, fake_engine.host)
    fake_engine.refuse("GET /containers/json", 500, "the engine is busy")

    with pytest.raises(OSError, match="the engine is busy") as raised:
        choice.remove_containers(tmp_path)
    assert f"docker ps --all --filter label=local-aws.state-folder={tmp_path}" in str(raised.value)


def test_down_removes_containers_that_a_dead_server_has_left(fake_engine: FakeEngine, tmp_path: Path) -> None:
    choice.use(tmp_path, fake_engine.host)
    start(fake_engine, tmp_path, tmp_path, "left")

    assert not lifecycle.down(tmp_path)

    assert fake_engine.containers == {}
    assert list(tmp_path.iterdir()) == []


def test_down_says_that_the_engine_does_not_answer_and_deletes_the_rest(
    fake_engine: FakeEngine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    choice.use(tmp_path, fake_engine.host)
    (tmp_path / "data").mkdir()
    fake_engine.stop_listening()

    assert not lifecycle.down(tmp_path)

    (message,) = caplog.messages
    assert message.startswith("containers may be left, which this finds: docker ps --all --filter label=")
    assert f"no container engine answers at {fake_engine.host}" in message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("unix://{}/docker.sock", "no container engine answers at unix://.*No such file"),
        ("tcp://127.0.0.1:2375", "is no socket of this machine"),
    ],
)
def test_an_embedded_aws_does_not_start_without_the_engine_that_it_is_to_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, why: str
) -> None:
    state = tmp_path / "local"
    monkeypatch.setenv(DOCKER_HOST, host.format(tmp_path))

    with pytest.raises(lifecycle.LocalError, match=why) as raised:
        up(state, tmp_path)
    assert "GITOPS_LOCAL_DOCKER_HOST names it: start the engine, or unset the variable" in str(raised.value)
    assert lifecycle.find(state) is None
    assert choice.host_of(state) is None


def test_down_removes_the_containers_of_a_running_server(
    fake_engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DOCKER_HOST, fake_engine.host)
    state = tmp_path / "local"
    up(state, tmp_path)
    start(fake_engine, tmp_path, state, "running")
    monkeypatch.delenv(DOCKER_HOST)

    assert lifecycle.down(state)

    assert fake_engine.containers == {}


def test_the_watchdog_of_a_killed_server_removes_its_containers(
    fake_engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DOCKER_HOST, fake_engine.host)
    state = tmp_path / "local"
    aws = up(state, tmp_path)
    try:
        start(fake_engine, tmp_path, state, "running")

        os.kill(aws.pid, signal.SIGKILL)

        wait_until(lambda: fake_engine.containers == {})
    finally:
        lifecycle.down(state)
