"""Services as containers: deployment, roll-out, roll-back, sleep and destruction, by what the engine is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import WaiterError

from tests.gitops.checkouts import wait_until
from tests.local_aws.runtimes import APPLICATION, IMAGE

if TYPE_CHECKING:
    from tests.fake_engine.engine import FakeEngine
    from tests.local_aws.engine.conftest import Build
    from tests.local_aws.shops import Shop

UNWELL = APPLICATION.read_text().replace("self.answer(200, VERSION)", "self.answer(500, VERSION)")
CRASHING = "print('it is broken', flush=True)\nraise SystemExit(5)\n"


def running(engine: FakeEngine) -> list[str]:
    """Return the tags of the images of the containers that run."""
    return sorted(one.body["Image"].rpartition(":")[2] for one in list(engine.containers.values()) if one.running)


def test_a_service_answers_from_its_container_and_goes_with_its_stack(
    shop: Shop, engine: FakeEngine, build: Build
) -> None:
    build("v1")
    shop.deploy("v1")

    assert shop.get() == "v1"
    assert running(engine) == ["v1"]

    shop.runtime.delete("it")

    assert engine.containers == {}
    assert [one.query for one in engine.of("POST /containers/{id}/stop")] == [{"t": "10"}]


def test_a_rollout_replaces_the_container(shop: Shop, engine: FakeEngine, build: Build) -> None:
    build("v1")
    build("v2")
    shop.deploy("v1")

    shop.deploy("v2")

    assert shop.get() == "v2"
    wait_until(lambda: running(engine) == ["v2"])
    wait_until(lambda: [one.body["Image"] for one in engine.removed] == [f"{IMAGE}:v1"])


@pytest.mark.parametrize(
    ("application", "reason"),
    [
        (CRASHING, "Essential container in task exited"),
        (UNWELL, "ELB health checks"),
    ],
    ids=["crashes", "answers with an error"],
)
def test_a_version_that_fails_is_rolled_back_and_leaves_no_container(
    shop: Shop, engine: FakeEngine, build: Build, application: str, reason: str
) -> None:
    build("v1")
    build("v2", application=application)
    shop.deploy("v1")

    with pytest.raises(WaiterError) as failure:
        shop.deploy("v2", HealthCheckGracePeriodSeconds=1)

    assert reason in " ".join(failure.value.__notes__)
    assert shop.get() == "v1"
    wait_until(lambda: [one.body["Image"] for one in list(engine.containers.values())] == [f"{IMAGE}:v1"])
    assert {one.body["Image"] for one in engine.removed} == {f"{IMAGE}:v2"}


def test_a_version_that_the_engine_does_not_have_is_rolled_back(shop: Shop, engine: FakeEngine, build: Build) -> None:
    build("v1")
    build("v2")
    absent = engine.images.pop(f"{IMAGE}:v2")
    shop.deploy("v1")

    with pytest.raises(WaiterError) as failure:
        shop.deploy("v2")

    engine.images[f"{IMAGE}:v2"] = absent
    assert f"the engine at {engine.host} has no image {IMAGE}:v2" in " ".join(failure.value.__notes__)
    assert shop.get() == "v1"


def test_a_service_that_sleeps_has_no_container_and_wakes(shop: Shop, engine: FakeEngine, build: Build) -> None:
    build("v1")
    shop.deploy("v1")
    ecs = shop.runtime.client("ecs")
    (cluster,) = ecs.list_clusters()["clusterArns"]

    ecs.update_service(cluster=cluster, service="shop", desiredCount=0)
    wait_until(lambda: engine.containers == {})
    ecs.update_service(cluster=cluster, service="shop", desiredCount=1)

    wait_until(lambda: running(engine) == ["v1"])
    wait_until(lambda: shop.service()["runningCount"] == 1)


def test_a_container_that_is_killed_is_replaced(shop: Shop, engine: FakeEngine, build: Build) -> None:
    build("v1")
    shop.deploy("v1")
    (first,) = engine.containers.values()

    first.kill()

    wait_until(lambda: first.container_id not in engine.containers and running(engine) == ["v1"])


def test_a_container_health_check_runs_in_the_container(shop: Shop, engine: FakeEngine, build: Build) -> None:
    build("v1")
    build("v2")
    command = ["CMD", "grep", "v1", "version"]
    check = {"HealthCheck": {"Command": command, "Interval": 5, "Timeout": 5, "Retries": 2, "StartPeriod": 0}}
    shop.deploy("v1", container=check)

    with pytest.raises(WaiterError) as failure:
        shop.deploy("v2", container=check)

    assert "Task failed container health checks" in " ".join(failure.value.__notes__)
    assert {tuple(one.body["Cmd"]) for one in engine.of("POST /containers/{id}/exec")} == {("grep", "v1", "version")}
    assert shop.get() == "v1"
