"""An embedded AWS whose tasks are containers of a fake engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_aws.settings import DOCKER_HOST
from tests import embedded
from tests.fake_engine.containers import Image
from tests.fake_engine.engine import FakeEngine
from tests.local_aws.accounts import push_image
from tests.local_aws.runtimes import APPLICATION, IMAGE, REGISTRY
from tests.local_aws.shops import Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from local_aws import lifecycle
    from tests.local_aws.runtimes import Runtime

    Build = Callable[..., None]


@pytest.fixture(scope="module")
def used_engine() -> Iterator[FakeEngine]:
    """An engine that an embedded AWS uses. The module fails for a request or an answer against the description."""
    with FakeEngine() as engine:
        yield engine
        assert engine.violations == []


@pytest.fixture(scope="module")
def running_aws(
    used_engine: FakeEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, lifecycle.EmbeddedAws]]:
    """An embedded AWS with an engine, and its state folder. One image, `mapped`, is a folder."""
    folder = tmp_path_factory.mktemp("containers")
    mapped = folder / "mapped"
    mapped.mkdir()
    state = folder / "local"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(DOCKER_HOST, used_engine.host)
        with embedded.embedded_aws(state, images={"mapped": mapped}) as aws:
            for image in ("mapped:v1", "shop:v1"):
                push_image(aws, REGISTRY, image)
            yield state, aws
    assert used_engine.containers == {}, "the embedded AWS has left containers behind"


@pytest.fixture
def build(used_engine: FakeEngine, runtime: Runtime, tmp_path: Path) -> Iterator[Build]:
    """Make a version of the image in the engine, and push it; `config` is what the image says."""
    made: list[str] = []

    def build(tag: str, *, application: str | None = None, **config: Any) -> None:
        folder = tmp_path / tag
        folder.mkdir()
        (folder / "shop.py").write_text(APPLICATION.read_text() if application is None else application)
        (folder / "version").write_text(tag)
        used_engine.images[f"{IMAGE}:{tag}"] = Image(folder, config)
        made.append(f"{IMAGE}:{tag}")
        push_image(runtime.aws, REGISTRY, f"shop:{tag}")

    yield build
    for name in made:
        del used_engine.images[name]


@pytest.fixture
def engine(used_engine: FakeEngine) -> Iterator[FakeEngine]:
    """The engine, with the requests of this test alone."""
    used_engine.requests.clear()
    used_engine.removed.clear()
    yield used_engine
    used_engine.accept_all()


@pytest.fixture
def shop(runtime: Runtime, python: str, engine: FakeEngine) -> Iterator[Shop]:
    """A service that no other test sees, since it goes with the test."""
    yield Shop(runtime, python)
    if runtime.client("cloudformation").describe_stacks()["Stacks"]:
        runtime.delete("it")
    assert engine.containers == {}
