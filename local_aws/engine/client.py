"""Client of a Docker engine on this machine: the part of its API that running tasks takes.

https://docs.docker.com/reference/api/engine/version/v1.44/
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import httpx

from local_aws.engine.log_stream import lines
from local_aws.runtime.dockerfile import ROOT, ImageConfig

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

VERSION = "v1.44"
"""That of Docker Engine 25, which newer ones serve too."""
SOCKET = "unix://"
TIMEOUT = 60.0  # seconds, of requests that wait for no container; docker's own client waits as long
NOT_FOUND = 404
ALREADY_BEING_REMOVED = "is already in progress"
"""What a refusal to remove says: https://github.com/moby/moby/blob/master/daemon/delete.go."""


class EngineError(OSError):
    """The engine refused a request, in its own words, or does not answer. `status` is the HTTP status, if it did."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Engine:
    """A Docker engine that listens on a Unix socket. Threads may share it."""

    def __init__(self, host: str) -> None:
        """Take the engine at `host`, such as `unix:///var/run/docker.sock`.

        Raises:
            EngineError: `host` is no Unix socket. Engines of other machines have none of this one's loopback.
        """
        if not host.startswith(SOCKET):
            raise EngineError(f"{host} is no socket of this machine, such as unix:///var/run/docker.sock")
        self.host = host
        # Each container that runs keeps one connection busy.
        transport = httpx.HTTPTransport(uds=host.removeprefix(SOCKET), limits=httpx.Limits(max_connections=None))
        self._http = httpx.Client(transport=transport, base_url=f"http://engine/{VERSION}", timeout=TIMEOUT)

    def check(self) -> None:
        """Ask the engine for its version. Raises EngineError when it does not answer, or not in this API version."""
        self._call("GET", "/version")

    def image(self, reference: str) -> ImageConfig | None:
        """Return how an image of the engine is run, or None when the engine does not have it."""
        try:
            config = self._call("GET", f"/images/{reference}/json").json().get("Config") or {}
        except EngineError as error:
            if error.status == NOT_FOUND:
                return None
            raise
        return ImageConfig(
            entrypoint=tuple(config.get("Entrypoint") or ()),
            command=tuple(config.get("Cmd") or ()),
            environment=dict(pair.split("=", 1) for pair in config.get("Env") or () if "=" in pair),
            workdir=PurePosixPath(config.get("WorkingDir") or ROOT),
        )

    def pull(self, reference: str) -> None:
        """Pull an image from its registry, without credentials. Raises EngineError when that fails."""
        name, version = _name_and_version(reference)
        parameters = {"fromImage": name, "tag": version}
        with self._stream("POST", "/images/create", parameters) as progress:
            # The status is that of the beginning: what fails later is a line of the progress.
            for line in progress.iter_lines():
                if line.strip() and (error := json.loads(line).get("errorDetail")):
                    raise EngineError(error.get("message", line))

    def create(self, name: str, configuration: Mapping[str, Any]) -> str:
        """Create a container and return its id."""
        answer = self._call("POST", "/containers/create", {"name": name}, configuration)
        return str(answer.json()["Id"])

    def start(self, container: str) -> None:
        """Start a container."""
        self._call("POST", f"/containers/{container}/start")

    def log(self, container: str) -> Iterator[str]:
        """Yield the lines of both outputs of a container, from its start to its end."""
        parameters = {"follow": "true", "stdout": "true", "stderr": "true"}
        with self._stream("GET", f"/containers/{container}/logs", parameters) as answer:
            yield from lines(answer.iter_bytes())

    def wait(self, container: str) -> int:
        """Return the exit code of a container once it does not run."""
        answer = self._call("POST", f"/containers/{container}/wait", timeout=None)
        return int(answer.json()["StatusCode"])

    def stop(self, container: str, seconds: int) -> None:
        """Send SIGTERM to a container, or the image's own signal, then SIGKILL. Return when it does not run."""
        self._call("POST", f"/containers/{container}/stop", {"t": str(seconds)}, timeout=seconds + TIMEOUT)

    def remove(self, container: str) -> None:
        """Kill a container that runs, and remove it with its anonymous volumes. One that goes already is no error."""
        try:
            self._call("DELETE", f"/containers/{container}", {"force": "true", "v": "true"})
        except EngineError as error:
            if error.status != NOT_FOUND and ALREADY_BEING_REMOVED not in str(error):
                raise

    def labelled(self, label: str) -> list[str]:
        """Return the ids of all containers with a label, `NAME=VALUE`, those that do not run among them."""
        parameters = {"all": "true", "filters": json.dumps({"label": [label]})}
        return [str(one["Id"]) for one in self._call("GET", "/containers/json", parameters).json()]

    def run_in(self, container: str, command: Sequence[str], variables: Mapping[str, str]) -> str:
        """Start a command in a container that runs, and return the command's id."""
        configuration = {"Cmd": list(command), "Env": [f"{name}={value}" for name, value in variables.items()]}
        command_id = str(self._call("POST", f"/containers/{container}/exec", None, configuration).json()["Id"])
        self._call("POST", f"/exec/{command_id}/start", None, {"Detach": True})
        return command_id

    def exit_code_of(self, command_id: str) -> int | None:
        """Return the exit code of a command in a container, or None while it runs."""
        found = self._call("GET", f"/exec/{command_id}/json").json()
        return None if found["Running"] else int(found["ExitCode"])

    def _call(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        timeout: float | None = TIMEOUT,
    ) -> httpx.Response:
        with self._errors():
            answer = self._http.request(method, path, params=parameters, json=body, timeout=timeout)
        return _checked(answer)

    @contextmanager
    def _stream(self, method: str, path: str, parameters: Mapping[str, str]) -> Iterator[httpx.Response]:
        with self._errors(), self._http.stream(method, path, params=parameters, timeout=None) as answer:
            if answer.is_error:
                answer.read()
            yield _checked(answer)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except httpx.TransportError as error:
            raise EngineError(f"no container engine answers at {self.host}: {error}") from error


def _checked(answer: httpx.Response) -> httpx.Response:
    if not answer.is_error:
        return answer
    try:
        message = answer.json()["message"]
    except (ValueError, KeyError, TypeError):  # something else listens on the socket
        message = f"status {answer.status_code}: {answer.text[:200]}"
    raise EngineError(str(message).strip(), answer.status_code)


def _name_and_version(reference: str) -> tuple[str, str]:
    """Return the parts of an image's name that the engine takes apart: without a version it would pull all tags."""
    if "@" in reference:
        name, _, digest = reference.partition("@")
        return name, digest
    name, colon, tag = reference.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (reference, "latest")
