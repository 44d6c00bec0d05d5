"""An image for another processor, found before a deployment.

A plain `docker build` pushes one manifest, not a list, and preflight said "ok" without a look at its architecture.
"""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from constructs_lib.config.environments import AccountRegion
from gitops.aws.ecr import Ecr
from gitops.aws.session import AwsError
from gitops.deploy.preflight.check import PreflightCheck, run_checks
from gitops.deploy.preflight.references import Image, image_problem

WHERE = AccountRegion("111111111111", "us-east-1")
LAPTOP = Image(WHERE, "microblog", "laptop-build", "arm64")


class Registry:
    """Answers for ECR's API with one image, and serves its blobs over HTTP."""

    def __init__(self, manifest: object, blobs: Mapping[str, bytes]) -> None:
        self._manifest = manifest

        class Blobs(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = blobs.get(self.path.removeprefix("/"))
                self.send_response(200 if content is not None else 403)
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, *_: object) -> None:
                """Keep the test's output free of requests."""

        self.server = HTTPServer(("127.0.0.1", 0), Blobs)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def client(self, _service: str, _where: AccountRegion) -> "Registry":
        return self

    def describe_repositories(self, **_: object) -> dict[str, Any]:
        return {"repositories": [{}]}

    def batch_get_image(self, **_: object) -> dict[str, Any]:
        return {"images": [{"imageManifest": json.dumps(self._manifest)}]}

    def get_download_url_for_layer(self, *, layerDigest: str, **_: object) -> dict[str, str]:  # noqa: N803 # as in ECR
        return {"downloadUrl": f"http://127.0.0.1:{self.server.server_port}/{layerDigest}"}


@pytest.fixture
def registries() -> Iterator[list[Registry]]:
    made: list[Registry] = []
    yield made
    for registry in made:
        registry.server.shutdown()
        registry.server.server_close()


def pushed(registries: list[Registry], configuration: bytes, *, claimed: bytes | None = None) -> Ecr:
    """Return a registry with an image of one manifest; `claimed` is what its manifest says the configuration is."""
    digest = f"sha256:{hashlib.sha256(configuration if claimed is None else claimed).hexdigest()}"
    return serving(
        registries, {"schemaVersion": 2, "config": {"digest": digest}, "layers": []}, {digest: configuration}
    )


def serving(registries: list[Registry], manifest: object, blobs: Mapping[str, bytes] = {}) -> Ecr:
    registries.append(Registry(manifest, blobs))
    return Ecr(registries[-1], WHERE)  # type: ignore[arg-type] # all of a session that is asked for


def state(ecr: Ecr, image: Image = LAPTOP) -> tuple[str, str]:
    (finding,) = run_checks([PreflightCheck(f"image {image}", [], lambda: image_problem(ecr, image))])
    return finding.state, finding.why


def test_an_image_of_one_manifest_for_the_wrong_processor_is_found(registries: list[Registry]) -> None:
    ecr = pushed(registries, b'{"architecture": "amd64", "os": "linux"}')

    assert state(ecr) == ("missing", "the image is built for amd64, and arm64 is declared (`architecture`)")


@pytest.mark.parametrize(("built", "declared"), [("arm64", "arm64"), ("amd64", "x86_64")])
def test_the_right_processor_is_good(built: str, declared: Any, registries: list[Registry]) -> None:
    ecr = pushed(registries, json.dumps({"architecture": built}).encode())

    assert state(ecr, LAPTOP._replace(architecture=declared)) == ("ok", "")


@pytest.mark.parametrize(
    "manifest",
    [
        {},
        {"config": {}},
        {"schemaVersion": 1, "fsLayers": []},
        {"manifests": []},
        {"manifests": [{"platform": {"architecture": "unknown"}}, {}]},
        {"config": {"digest": "sha256:gone"}},
    ],
)
def test_an_image_of_which_nothing_is_known_is_not_checked(manifest: object, registries: list[Registry]) -> None:
    found, why = state(serving(registries, manifest))

    assert found == "not checked"
    assert why


@pytest.mark.parametrize("configuration", [b"", b"[]", b'{"os": "linux"}', b"\xff", b"x" * (1024 * 1024 + 1)])
def test_neither_is_one_with_a_configuration_that_says_nothing(
    configuration: bytes, registries: list[Registry]
) -> None:
    assert state(pushed(registries, configuration))[0] == "not checked"


def test_a_configuration_that_is_another_than_the_manifest_s_is_not_believed(registries: list[Registry]) -> None:
    ecr = pushed(registries, b'{"architecture": "arm64"}', claimed=b"something else")

    with pytest.raises(AwsError, match="is not the one that its manifest names"):
        image_problem(ecr, LAPTOP)


def test_a_failure_of_the_download_does_not_show_the_signed_address(registries: list[Registry]) -> None:
    ecr = pushed(registries, b"{}")
    registries[-1].server.shutdown()
    registries[-1].server.server_close()

    found, why = state(ecr)

    assert (found, why) == ("not checked", "ECR's storage of layers cannot be reached: ConnectError")
