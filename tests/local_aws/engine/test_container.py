"""A container of a task in the fake engine: what the engine is asked for, and what becomes of its log and exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from local_aws.engine.client import Engine, EngineError
from local_aws.engine.container import LOST, ContainerPlan, EngineContainer
from local_aws.runtime.surroundings import InEngine, NotRunningError, of
from tests.fake_engine.containers import Image
from tests.gitops.checkouts import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from local_aws.engine.container import CommandInEngine
    from tests.fake_engine.engine import FakeEngine

SLEEP = ["sh", "-c", "echo begun; exec sleep 60"]
ADDRESS = "127.20.0.1"


class Started:
    """A container, and what it has logged."""

    def __init__(self, engine: FakeEngine, tmp_path: Path, *, name: str = "1-app", files: tuple[str, ...] = ()) -> None:
        engine.images.setdefault("shop:v1", Image(tmp_path, {"Cmd": ["image's", "own"], "Env": ["OF_IMAGE=1"]}))
        self.layer = tmp_path / "tasks" / "1" / "app"
        self.log: list[str] = []
        plan = ContainerPlan(image="shop:v1", name=name, labels={"a": "b"}, files=files, init=True)
        self.container = EngineContainer(Engine(engine.host), plan, self.layer, self.log.append)

    def run(self, *command: str, **environment: str) -> int | None:
        """Run a command to its end and remove the container; return the exit code."""
        self.container.start(command, environment)
        wait_until(lambda: self.container.exit_code() is not None)
        return self.container.stop(5)

    def sleep(self) -> None:
        """Start a container that runs until it is stopped, and wait until it does."""
        self.container.start(SLEEP, {})
        wait_until(lambda: self.log == ["begun"])


def test_the_engine_is_asked_for_what_a_task_definition_says(fake_engine: FakeEngine, tmp_path: Path) -> None:
    authorities = tmp_path / "authorities.pem"
    authorities.touch()
    started = Started(fake_engine, tmp_path, files=(str(authorities),))

    assert started.run("sh", "-c", "true", GREETING="hello") == 0

    (created,) = fake_engine.of("POST /containers/create")
    mount = {"Type": "bind", "Source": str(authorities), "Target": str(authorities), "ReadOnly": True}
    assert created.query == {"name": "1-app"}
    assert created.body == {
        "Image": "shop:v1",
        "Entrypoint": ["sh"],
        "Cmd": ["-c", "true"],
        "Env": ["GREETING=hello"],
        "Labels": {"a": "b"},
        "HostConfig": {"NetworkMode": "host", "Mounts": [mount], "Init": True},
    }


@pytest.mark.parametrize("code", [0, 3])
def test_log_and_exit_code_are_the_container_s_own(fake_engine: FakeEngine, tmp_path: Path, code: int) -> None:
    started = Started(fake_engine, tmp_path)

    assert started.run("sh", "-c", f"echo one; echo two >&2; echo $OF_IMAGE; exit {code}") == code
    assert sorted(started.log) == ["1", "one", "two"]


def test_a_command_of_one_word_runs_without_the_image_s_own(fake_engine: FakeEngine, tmp_path: Path) -> None:
    assert Started(fake_engine, tmp_path).run("true") == 0

    (removed,) = fake_engine.removed
    assert removed.command == ["true"]


def test_a_container_is_stopped_and_removed(fake_engine: FakeEngine, tmp_path: Path) -> None:
    started = Started(fake_engine, tmp_path)
    started.sleep()

    assert started.container.exit_code() is None
    assert started.container.stop(7.2) == 128 + 15

    (stopped,) = fake_engine.of("POST /containers/{id}/stop")
    assert stopped.query == {"t": "8"}
    assert fake_engine.containers == {}
    assert len(fake_engine.removed) == 1


def test_a_container_that_has_ended_is_removed_without_being_stopped(fake_engine: FakeEngine, tmp_path: Path) -> None:
    assert Started(fake_engine, tmp_path).run("true") == 0

    assert fake_engine.of("POST /containers/{id}/stop") == []
    assert fake_engine.containers == {}


def test_a_program_that_is_not_there_keeps_the_container_from_starting(fake_engine: FakeEngine, tmp_path: Path) -> None:
    started = Started(fake_engine, tmp_path)

    with pytest.raises(EngineError, match=r'exec: "absent": executable file not found in \$PATH'):
        started.container.start(["absent"], {})
    assert started.container.stop(5) is None
    assert fake_engine.containers == {}


@pytest.mark.parametrize(
    ("operation", "status", "message"),
    [
        ("POST /containers/create", 500, "no space left on device"),
        ("POST /containers/create", 404, "No such image: shop:v1"),
        ("POST /containers/{id}/start", 500, "cannot start"),
    ],
)
def test_a_refusal_keeps_it_from_starting_and_leaves_nothing(
    fake_engine: FakeEngine, tmp_path: Path, operation: str, status: int, message: str
) -> None:
    fake_engine.refuse(operation, status, message)
    started = Started(fake_engine, tmp_path)

    with pytest.raises(EngineError, match=message):
        started.container.start(["true"], {})
    assert started.container.stop(5) is None
    assert fake_engine.containers == {}


def test_a_name_that_is_taken_is_refused(fake_engine: FakeEngine, tmp_path: Path) -> None:
    first, second = Started(fake_engine, tmp_path), Started(fake_engine, tmp_path)
    first.sleep()

    with pytest.raises(EngineError, match=r'^Conflict. The container name "/1-app" is already in use'):
        second.container.start(["true"], {})
    second.container.stop(5)
    assert len(fake_engine.containers) == 1, "the other's container is left alone"
    first.container.stop(0)


def test_a_file_that_is_not_there_is_refused(fake_engine: FakeEngine, tmp_path: Path) -> None:
    started = Started(fake_engine, tmp_path, files=(str(tmp_path / "absent"),))

    with pytest.raises(EngineError, match="bind source path does not exist"):
        started.container.start(["true"], {})


def test_a_container_that_somebody_removed_has_ended(fake_engine: FakeEngine, tmp_path: Path) -> None:
    started = Started(fake_engine, tmp_path)
    started.sleep()

    fake_engine.remove(next(iter(fake_engine.containers.values())))

    wait_until(lambda: started.container.exit_code() is not None)
    assert started.container.stop(5) in {128 + 9, LOST}


def test_a_refused_removal_is_in_the_log_and_the_task_ends(fake_engine: FakeEngine, tmp_path: Path) -> None:
    fake_engine.refuse("DELETE /containers/{id}", 500, "device or resource busy")
    started = Started(fake_engine, tmp_path)
    started.sleep()

    assert started.container.stop(5) == 128 + 15
    assert started.log[1:] == ["the engine did not remove the container 1-app: device or resource busy"]


def test_an_engine_that_stops_has_lost_its_containers(fake_engine: FakeEngine, tmp_path: Path) -> None:
    fake_engine.refuse("GET /containers/{id}/logs", 500, "configured logging driver does not support reading")
    fake_engine.refuse("POST /containers/{id}/wait", 500, "the engine is shutting down")
    started = Started(fake_engine, tmp_path)

    started.container.start(SLEEP, {})

    wait_until(lambda: started.container.exit_code() is not None)
    assert started.container.exit_code() == LOST
    assert started.log == [
        "the rest of the log is lost: configured logging driver does not support reading",
        "the container is lost: the engine is shutting down",
    ]
    assert started.container.stop(5) == LOST
    assert fake_engine.containers == {}


def ended(command: CommandInEngine) -> int | None:
    wait_until(lambda: command.exit_code() is not None)
    return command.exit_code()


@pytest.mark.parametrize("code", [0, 1])
def test_a_health_check_runs_in_the_container(fake_engine: FakeEngine, tmp_path: Path, code: int) -> None:
    started = Started(fake_engine, tmp_path)
    started.sleep()

    command = started.container.run(["sh", "-c", f"test $TASK_ADDRESS = {ADDRESS} && exit {code}"], ADDRESS)

    assert ended(command) == code
    (asked,) = fake_engine.of("POST /containers/{id}/exec")
    assert asked.body["Env"] == [f"TASK_ADDRESS={ADDRESS}"]
    started.container.stop(0)


def test_a_health_check_that_runs_has_no_exit_code(fake_engine: FakeEngine, tmp_path: Path) -> None:
    started = Started(fake_engine, tmp_path)
    started.sleep()

    command = started.container.run(["sleep", "60"], ADDRESS)

    assert command.exit_code() is None
    command.kill()  # it goes on until the container ends
    assert command.exit_code() is None
    started.container.stop(0)


def test_a_health_check_of_a_program_that_is_not_there_fails(fake_engine: FakeEngine, tmp_path: Path) -> None:
    started = Started(fake_engine, tmp_path)
    started.sleep()

    with pytest.raises(EngineError, match=r'exec: "absent": executable file not found in \$PATH'):
        started.container.run(["absent"], ADDRESS)
    started.container.stop(0)


def test_a_health_check_of_a_container_that_has_ended_is_refused(fake_engine: FakeEngine, tmp_path: Path) -> None:
    started = Started(fake_engine, tmp_path)
    started.container.start(["true"], {})
    wait_until(lambda: started.container.exit_code() is not None)

    with pytest.raises(EngineError, match="is not running"):
        started.container.run(["true"], ADDRESS)
    started.container.stop(0)


def test_a_shell_enters_it_with_the_program_of_the_engine(
    fake_engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = Started(fake_engine, tmp_path)
    started.sleep()
    (container_id,) = fake_engine.containers
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nfor word; do echo "$word"; done\nexit 3\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.defpath}")
    enter = [sys.executable, "-m", "local_aws", "--state-dir", str(tmp_path), "exec", "--task", "1"]

    done = subprocess.run(
        [*enter, "--container", "app", "--", "python", "-c", "print('a b')"],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )

    words = ["--host", fake_engine.host, "exec", "--interactive", container_id, "python", "-c", "print('a b')"]
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (3, words, "")
    started.container.stop(0)


def test_a_shell_needs_the_program_of_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = tmp_path / "tasks" / "1" / "app"
    layer.mkdir(parents=True)
    InEngine("unix:///var/run/docker.sock", "0" * 64).save(layer)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NotRunningError, match="the program docker has to be on PATH"):
        of(tmp_path, "1", "app").become(["sh"])
