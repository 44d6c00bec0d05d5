"""What the embedded AWS simulates of an environment."""

from dataclasses import replace

import pytest

from constructs_lib.config.model import AdHocAppConfig, ServiceConfig
from gitops.access.simulated import is_simulated, simulated_services
from tests.gitops.factories import environment

BASE = environment("dev")
ALPHA = replace(
    environment("dev/alpha", BASE),
    config=AdHocAppConfig(
        owner="octocat",
        repository="microblog",
        image="sha256:1",
        expires="2026-12-01",
        services={
            "web": ServiceConfig(port=8000),
            "worker": ServiceConfig(),
            "frontend": ServiceConfig(port=3000, repository="frontend", image="v9"),
        },
    ),
)


@pytest.mark.parametrize(
    ("images", "simulated", "whole"),
    [
        ({"microblog", "frontend"}, (), False),
        ({"microblog@sha256:1"}, ("frontend",), False),
        ({"frontend:v9"}, ("web", "worker"), False),
        ({"frontend@sha256:1"}, ("web", "worker", "frontend"), True),
        ({"microblog:v1", "other"}, ("web", "worker", "frontend"), True),
        (set(), ("web", "worker", "frontend"), True),
    ],
)
def test_services_of_images_without_a_folder_are_simulated(
    images: set[str],
    simulated: tuple[str, ...],
    whole: bool,  # noqa: FBT001 - a case
) -> None:
    assert simulated_services(ALPHA, images) == simulated
    assert is_simulated(ALPHA, images) is whole


def test_a_base_has_no_services_to_simulate() -> None:
    assert simulated_services(BASE, set()) == ()
    assert not is_simulated(BASE, set())
