"""WebSockets with Django Channels: through front door and load balancer, between tasks, and at a release."""

from __future__ import annotations

import shutil
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from local_aws.proxy import hosts
from tests.cases.worlds import world_of_legacy
from tests.gitops.checkouts import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.environments.world import Environment, World

SOURCE = Path(__file__).with_name("channels")
PATIENCE = 60  # seconds, for one message on a busy machine
PUBLIC = "chat.dev.example.com"
WEB = {
    "command": ["uvicorn", "chat.asgi:application", "--host=0.0.0.0", "--port=8000", "--timeout-graceful-shutdown=5"],
    "port": 8000,
    "paths": ["/*"],
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_of_legacy(tmp_path_factory.mktemp("world"), "dev") as made:
        folder = made.root / "images" / "chat"
        shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / ".venv").symlink_to(sys.prefix)
        made.image("chat", folder)
        declared(made, "v1")
        made.deploy("dev/chat")
        yield made


def declared(world: World, version: str) -> Environment:
    return world.declare(
        "dev/chat",
        image="chat",
        settings_module="chat.settings",
        release_command=["python", "-c", "import chat.settings"],
        environment={"VERSION": version},
        services={"web": WEB, "worker": None},
    )


@pytest.fixture
def chat(world: World) -> Environment:
    return declared(world, "v1")


def open_socket(app: Environment, path: str = "/ws/", *, origin: str | None = None, **options: Any) -> ClientConnection:
    """Open a WebSocket as a browser does."""
    name, port = hosts.host(app.name), app.world.aws.port
    connection: ClientConnection = connect(
        f"ws://{name}:{port}{path}",
        address=("127.0.0.1", port),
        origin=Origin(origin or f"http://{name}:{port}"),
        proxy=None,
        open_timeout=PATIENCE,
        **options,
    )
    return connection


def heard(connection: ClientConnection) -> str | bytes:
    return connection.recv(timeout=PATIENCE)


def test_application_sees_a_handshake_of_its_public_address(chat: Environment) -> None:
    with open_socket(chat, subprotocols=["other", "chat"]) as connection:
        assert heard(connection) == f"v1 {PUBLIC} https"
        assert connection.subprotocol == "chat"


def test_one_connection_hears_what_another_says(chat: Environment) -> None:
    with open_socket(chat) as one, open_socket(chat) as other:
        heard(one), heard(other)
        one.send("hello")

        assert (heard(one), heard(other)) == ("v1: hello", "v1: hello")


def test_bytes_of_any_size_arrive_whole(chat: Environment) -> None:
    sent = bytes(range(256)) * 2_000
    with open_socket(chat, max_size=None) as connection:
        heard(connection)
        connection.send(sent)

        assert heard(connection) == sent[::-1]


def test_the_side_that_closes_says_why(chat: Environment) -> None:
    with open_socket(chat) as connection:
        heard(connection)
        connection.send("bye")

        with pytest.raises(ConnectionClosed) as closed:
            heard(connection)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4000


@pytest.mark.parametrize(("path", "origin"), [("/absent/", None), ("/ws/", "https://elsewhere.example.com")])
def test_what_the_application_refuses_is_refused(chat: Environment, path: str, origin: str | None) -> None:
    with (
        pytest.raises((InvalidStatus, ConnectionClosed)) as refused,
        open_socket(chat, path, origin=origin) as connection,
    ):
        heard(connection)

    assert not isinstance(refused.value, InvalidStatus) or refused.value.response.status_code in {403, 404, 500}


def test_an_environment_that_is_not_there_is_refused(chat: Environment) -> None:
    chat.world.declare("dev/absent")
    with pytest.raises(InvalidStatus) as refused:
        open_socket(chat.world.declare("dev/absent"))

    assert refused.value.response.status_code == 404
    (chat.world.root / "environments" / "dev" / "absent.yaml").unlink()


def test_a_release_drains_open_connections_and_versions_talk_meanwhile(chat: Environment) -> None:
    with open_socket(chat) as old:
        assert str(heard(old)).startswith("v1 ")
        declared(chat.world, "v2")
        deployment = threading.Thread(target=chat.world.deploy, args=(chat.name,))
        deployment.start()
        with chat.visitor() as visitor:
            wait_until(lambda: visitor.get("/").text == "v2")

        with open_socket(chat) as new:
            assert str(heard(new)).startswith("v2 ")
            new.send("are you there")
            assert heard(old) == "v2: are you there"
            old.send("still")
            assert (heard(new), heard(new)) == ("v2: are you there", "v1: still")
            assert heard(old) == "v1: still"

            with pytest.raises(ConnectionClosed) as closed:
                heard(old)
            # "Service restart", of the server of the application: it was not cut off.
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
            new.send("alone")
            assert heard(new) == "v2: alone"
        deployment.join()
