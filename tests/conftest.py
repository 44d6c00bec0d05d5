"""The fixtures that tests of several parts share."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from gitops.cdk import cli as cdk
from tests import embedded, scheduling
from tests.fake_engine.fixtures import fake_engine  # noqa: F401 - a fixture for all tests
from tests.fake_github.fixtures import fake_github  # noqa: F401 - a fixture for all tests
from tests.scheduling import pytest_xdist_make_scheduler  # noqa: F401 - a hook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_aws import lifecycle

HERE = Path(__file__).parent
EMBEDDED_AWS = {"embedded_aws", "embedded_state"}
"""The fixtures that start it."""
ABOUT_THE_EMBEDDED_AWS = (*scheduling.SCENARIOS, HERE / "local_aws")
"""Tests that start it themselves."""

# Read when aws_cdk is first imported. cfn-lint and cdk-nag look at the same templates, once.
os.environ |= {"CDK_VALIDATION": "false", "JSII_NODE": str(cdk.node())}

# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("tests")

# A shell's background jobs ignore SIGINT, and so would the commands that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests for `make test`, `make integration` and `make scenarios`, and put them in order."""
    for item in items:
        if any(item.path.is_relative_to(place) for place in scheduling.SCENARIOS):
            item.add_marker("scenario")
        starts = EMBEDDED_AWS & set(getattr(item, "fixturenames", ()))
        if starts or any(item.path.is_relative_to(folder) for folder in ABOUT_THE_EMBEDDED_AWS):
            item.add_marker("embedded_aws")
    scheduling.longest_first(items)


@pytest.fixture(scope="session")
def embedded_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[lifecycle.EmbeddedAws]:
    """An embedded AWS of its own for each test process; accounts keep tests in it apart."""
    with embedded.embedded_aws(tmp_path_factory.mktemp("embedded-aws")) as aws:
        yield aws


@pytest.fixture(autouse=True)
def nothing_else_is_denied(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which an embedded AWS denies other actions than those that the test is marked with."""
    yield
    marked = request.node.get_closest_marker(embedded.MARKER)
    denied = embedded.WATCH.new()
    assert {one.action for one in denied} == set(marked.args if marked else ()), "\n".join(map(str, denied))
