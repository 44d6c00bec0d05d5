"""What the fake engine does for each operation of the API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug import Response

from tests.fake_engine.containers import ProgramMissingError
from tests.fake_engine.engine import VERSION, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fake_engine.containers import Container
    from tests.fake_engine.engine import FakeEngine, Recorded


def _json(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")


def _nothing(status: int = 204) -> Response:
    return Response(status=status)


def _version(_engine: FakeEngine, _request: Recorded) -> Response:
    return _json({"Version": "25.0.0", "ApiVersion": VERSION, "MinAPIVersion": "1.24", "Os": "linux", "Arch": "amd64"})


def _inspect_image(engine: FakeEngine, request: Recorded) -> Response:
    name = request.in_path["name"]
    if name not in engine.images:
        raise Refused(404, f"No such image: {name}")
    return _json({"RepoTags": [name], "Os": "linux", "Config": engine.images[name].config})


def _pull(engine: FakeEngine, request: Recorded) -> Response:
    """Answer with the progress, in which an engine also tells of what fails after its beginning."""
    name, tag = request.query["fromImage"], request.query["tag"]
    reference = f"{name}@{tag}" if ":" in tag else f"{name}:{tag}"
    lines: list[dict[str, Any]] = [{"status": f"Pulling from {name}", "id": tag}]
    if reference in engine.registry:
        engine.images[reference] = engine.registry[reference]
        lines.append({"status": f"Status: Downloaded newer image for {reference}"})
    else:
        why = f"manifest for {reference} not found: manifest unknown: manifest unknown"
        lines.append({"errorDetail": {"message": why}, "error": why})

    def progress() -> Iterator[bytes]:
        for line in lines:
            yield json.dumps(line).encode() + b"\r\n"

    return Response(progress(), content_type="application/json")


def _list(engine: FakeEngine, request: Recorded) -> Response:
    labels = json.loads(request.query.get("filters", "{}")).get("label", [])
    found = [
        one
        for one in list(engine.containers.values())
        if (one.running or request.query.get("all") == "true") and all(label in _labels(one) for label in labels)
    ]
    return _json([{"Id": one.container_id, "Names": [f"/{one.name}"], "Labels": one.body["Labels"]} for one in found])


def _labels(container: Container) -> list[str]:
    return [f"{name}={value}" for name, value in (container.body.get("Labels") or {}).items()]


def _create(engine: FakeEngine, request: Recorded) -> Response:
    host = request.body["HostConfig"]
    if host.get("NetworkMode") != "host":
        engine.violations.append("this engine has no network but the machine's")
    for mount in host.get("Mounts") or ():
        if mount["Type"] == "bind" and not Path(mount["Source"]).exists():
            source = mount["Source"]
            raise Refused(400, f'invalid mount config for type "bind": bind source path does not exist: {source}')
    return _json({"Id": engine.create(request.query["name"], request.body).container_id, "Warnings": []}, 201)


def _start(engine: FakeEngine, request: Recorded) -> Response:
    container = engine.container(request.in_path["id"])
    if container.running:
        return _nothing(304)
    try:
        container.start()
    except ProgramMissingError as missing:
        raise Refused(
            400,
            "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create "
            "failed: unable to start container process: error during container init: exec: "
            f'"{missing}": executable file not found in $PATH: unknown',
        ) from missing
    return _nothing()


def _stop(engine: FakeEngine, request: Recorded) -> Response:
    container = engine.container(request.in_path["id"])
    if not container.running:
        return _nothing(304)
    container.stop(float(request.query.get("t", "10")))
    return _nothing()


def _wait(engine: FakeEngine, request: Recorded) -> Response:
    return _json({"StatusCode": engine.container(request.in_path["id"]).wait()})


def _remove(engine: FakeEngine, request: Recorded) -> Response:
    container = engine.container(request.in_path["id"])
    if container.running and request.query.get("force") != "true":
        raise Refused(409, "cannot remove container: container is running: stop the container before removing")
    engine.remove(container)
    return _nothing()


def _log(engine: FakeEngine, request: Recorded) -> Response:
    container = engine.container(request.in_path["id"])
    if request.query.get("stdout") != "true" and request.query.get("stderr") != "true":
        raise Refused(400, "Bad parameters: you must choose at least one stream")
    return Response(container.log(), content_type="application/vnd.docker.multiplexed-stream")


def _add_command(engine: FakeEngine, request: Recorded) -> Response:
    container = engine.container(request.in_path["id"])
    if not container.running:
        raise Refused(409, f"container {container.container_id} is not running")
    return _json({"Id": engine.add_command(container, request.body)}, 201)


def _start_command(engine: FakeEngine, request: Recorded) -> Response:
    if not request.body.get("Detach"):
        engine.violations.append("this engine has commands that nobody is attached to, and no others")
    engine.start_command(request.in_path["id"])
    return _nothing(200)


def _inspect_command(engine: FakeEngine, request: Recorded) -> Response:
    code = engine.command_state(request.in_path["id"])
    ended = {} if code is None else {"ExitCode": code}
    return _json({"ID": request.in_path["id"], "Running": code is None, **ended})


OPERATIONS: dict[str, Callable[[FakeEngine, Recorded], Response]] = {
    "GET /version": _version,
    "GET /images/{name}/json": _inspect_image,
    "POST /images/create": _pull,
    "GET /containers/json": _list,
    "POST /containers/create": _create,
    "DELETE /containers/{id}": _remove,
    "POST /containers/{id}/start": _start,
    "POST /containers/{id}/stop": _stop,
    "POST /containers/{id}/wait": _wait,
    "GET /containers/{id}/logs": _log,
    "POST /containers/{id}/exec": _add_command,
    "POST /exec/{id}/start": _start_command,
    "GET /exec/{id}/json": _inspect_command,
}
