"""A Docker engine for tests: HTTP on a Unix socket, as strict as Docker's description of its API.

Its containers are processes of this machine, on the machine's network. Errors of an engine are switched on with
`FakeEngine.refuse`. What only a kernel does is not there: namespaces, mounts, users, limits.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.fake_engine import contract
from tests.fake_engine.containers import Container, Image, ProgramMissingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from subprocess import Popen
    from wsgiref.types import StartResponse, WSGIEnvironment

    from tests.fake_engine.contract import Operation

VERSION = "1.44"
POLL_INTERVAL = 0.02  # seconds until a server that is told to stop does


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request that the engine has received."""

    operation: str
    in_path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any


class Refused(Exception):  # noqa: N818 - an answer, and no error of the fake
    """An answer that refuses, in an engine's words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _QuietHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the signature is werkzeug's
        pass


class FakeEngine:
    """An engine, from `with` on. `violations` is what requests and answers have against the description."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="engine-"))  # short: the path of a socket has 108 bytes
        self.socket = self._folder / "docker.sock"
        self.host = f"unix://{self.socket}"
        self.images: dict[str, Image] = {}
        self.registry: dict[str, Image] = {}
        """Images that can be pulled."""
        self.containers: dict[str, Container] = {}
        self.removed: list[Container] = []
        self.requests: list[Recorded] = []
        self.violations: list[str] = []
        self._commands: dict[str, tuple[Container, Any, Popen[bytes] | None]] = {}
        self._refusals: dict[str, Refused] = {}
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        """Listen."""
        self._server = make_server(self.host, 0, self, threaded=True, request_handler=_QuietHandler)
        threading.Thread(target=self._server.serve_forever, args=(POLL_INTERVAL,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """End what runs, and stop listening."""
        for container in list(self.containers.values()):
            container.kill()
        for _container, _body, process in self._commands.values():
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        self.stop_listening()
        shutil.rmtree(self._folder)

    def stop_listening(self) -> None:
        """Stop, as an engine that was shut down: nothing listens on its socket any more."""
        self._server.shutdown()
        self._server.server_close()
        self.socket.unlink(missing_ok=True)

    def refuse(self, operation: str, status: int, message: str) -> None:
        """Let all requests for an operation, such as `POST /containers/create`, be refused from now on."""
        self._refusals[operation] = Refused(status, message)

    def accept_all(self) -> None:
        """Refuse no operation any more."""
        self._refusals.clear()

    def of(self, operation: str) -> list[Recorded]:
        """Return the requests for an operation, in their order."""
        return [one for one in list(self.requests) if one.operation == operation]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a request, as WSGI has it."""
        request = Request(environ)
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        version, _, path = request.path.removeprefix("/").partition("/")
        if version != f"v{VERSION}":
            return _json(400, {"message": f"client version {version} is too new. Maximum supported is {VERSION}"})
        operation = contract.find(request.method, f"/{path}")
        if operation is None:
            self.violations.append(f"{request.method} /{path} is not described")
            return _json(404, {"message": "page not found"})
        body = request.get_data()
        problems = operation.request_problems(request.args, body)
        if problems:
            self.violations += problems
            return _json(400, {"message": "; ".join(problems)})
        recorded = Recorded(
            operation.name, operation.in_path, request.args.to_dict(), json.loads(body) if body else None
        )
        with self._lock:
            self.requests.append(recorded)
        response = self._served(recorded)
        self._check(operation, response)
        return response

    def _served(self, request: Recorded) -> Response:
        from tests.fake_engine.operations import OPERATIONS  # noqa: PLC0415 - they need this class

        refusal = self._refusals.get(request.operation)
        if refusal is None:
            try:
                return OPERATIONS[request.operation](self, request)
            except Refused as refused:
                refusal = refused
        return _json(refusal.status, {"message": str(refusal)})

    def _check(self, operation: Operation, response: Response) -> None:
        body = json.loads(response.get_data()) if response.is_json and not response.is_streamed else None
        self.violations += operation.answer_problems(response.status_code, body)

    def container(self, reference: str) -> Container:
        """Return a container by its id. Raises Refused."""
        with self._lock:
            found = self.containers.get(reference)
        if found is None:
            raise Refused(404, f"No such container: {reference}")
        return found

    def create(self, name: str, body: Mapping[str, Any]) -> Container:
        """Create a container. Raises Refused."""
        image = self.images.get(body["Image"])
        if image is None:
            raise Refused(404, f"No such image: {body['Image']}")
        with self._lock:
            taken = [other.container_id for other in self.containers.values() if other.name == name]
            if taken:
                what = f'The container name "/{name}" is already in use by container "{taken[0]}".'
                remedy = "You have to remove (or rename) that container to be able to reuse that name."
                raise Refused(409, f"Conflict. {what} {remedy}")
            container = Container(uuid.uuid4().hex * 2, name, body, image)
            self.containers[container.container_id] = container
        return container

    def remove(self, container: Container) -> None:
        """Kill and remove a container."""
        container.kill()
        with self._lock:
            self.removed.append(self.containers.pop(container.container_id))

    def add_command(self, container: Container, body: Any) -> str:
        """Keep a command that is to run in a container, and return its id."""
        command_id = uuid.uuid4().hex * 2
        self._commands[command_id] = (container, body, None)
        return command_id

    def start_command(self, command_id: str) -> None:
        """Start a command in its container. Raises Refused."""
        container, body, _ = self._command(command_id)
        try:
            process = container.run(body["Cmd"], body.get("Env") or [])
        except ProgramMissingError as missing:
            why = f'exec: "{missing}": executable file not found in $PATH: unknown'
            what = "OCI runtime exec failed: exec failed: unable to start container process"
            raise Refused(400, f"{what}: {why}") from missing
        self._commands[command_id] = (container, body, process)

    def command_state(self, command_id: str) -> int | None:
        """Return the exit code of a command, None while it runs. Raises Refused."""
        _, _, process = self._command(command_id)
        return process.poll() if process else None

    def _command(self, command_id: str) -> tuple[Container, Any, Popen[bytes] | None]:
        if command_id not in self._commands:
            raise Refused(404, f"No such exec instance: {command_id}")
        return self._commands[command_id]


def _json(status: int, body: object) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")
