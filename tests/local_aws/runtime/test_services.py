"""Services of process tasks behind a load balancer: rollouts, rollbacks, replacements."""

from __future__ import annotations

import os
import re
import signal
import threading
import urllib.error
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest
from botocore.exceptions import WaiterError

from tests.gitops.checkouts import wait_until
from tests.local_aws.runtimes import APPLICATION, runs

if TYPE_CHECKING:
    from tests.local_aws.shops import Shop

SILENT = "import time\nprint('cannot listen', flush=True)\ntime.sleep(60)\n"
UNWELL = APPLICATION.read_text().replace("self.answer(200, VERSION)", "self.answer(500, VERSION)")
UNHEALTHY = "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:"
CRASHING = "print('it is broken', flush=True)\nraise SystemExit(5)\n"


class Load:
    """Requests one after another, in a thread, until it is left; keeps what was answered."""

    def __init__(self, shop: Shop, path: str = "/") -> None:
        self.answers: list[str] = []
        self._shop, self._path = shop, path
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._end.wait(0.02) and len(self.answers) < 2000:
            try:
                self.answers.append(self._shop.get(self._path))
            except (OSError, urllib.error.HTTPError) as error:
                self.answers.append(f"failed: {error!r}")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


def test_a_stack_is_complete_when_its_service_answers(shop: Shop) -> None:
    shop.deploy("v1")

    assert shop.get() == "v1"
    service = shop.service()
    assert (service["runningCount"], service["pendingCount"]) == (1, 0)
    assert [one["rolloutState"] for one in service["deployments"]] == ["COMPLETED"]


def test_a_rollout_fails_no_request(shop: Shop) -> None:
    shop.runtime.version("v2")
    shop.deploy("v1", count=2)

    with Load(shop) as quick, Load(shop, "/slow") as slow:
        wait_until(lambda: len(quick.answers) > 10 and len(slow.answers) > 0)
        shop.deploy("v2", count=2)
        wait_until(lambda: quick.answers[-1] == "v2" and slow.answers[-1] == "v2")

    assert set(quick.answers) == set(slow.answers) == {"v1", "v2"}
    assert shop.service()["runningCount"] == 2
    wait_until(lambda: len(shop.tasks()) == 2)


@pytest.mark.parametrize(
    ("application", "reason", "event"),
    [
        (CRASHING, "Essential container in task exited", "failed: Essential container in task exited"),
        (
            SILENT,
            UNHEALTHY,
            r"\(port 8000\) is unhealthy in \(target-group arn:.*\) due to \(reason Health checks failed\)",
        ),
        (UNWELL, UNHEALTHY, r".*due to \(reason Health checks failed with these codes: \[500\]\)"),
    ],
    ids=["crashes", "does not answer", "answers with an error"],
)
def test_a_version_that_does_not_get_healthy_is_rolled_back_and_fails_no_request(
    shop: Shop, application: str, reason: str, event: str
) -> None:
    shop.runtime.version("v2-broken", application=application)
    shop.deploy("v1")

    with Load(shop) as load:
        wait_until(lambda: load.answers)
        with pytest.raises(WaiterError) as failure:
            # How long one that does not answer is waited for, three times.
            shop.deploy("v2-broken", HealthCheckGracePeriodSeconds=1)

    assert set(load.answers) == {"v1"}
    notes = " ".join(failure.value.__notes__)
    assert "ECS Deployment Circuit Breaker was triggered" in notes
    assert reason in notes
    service = shop.service()
    assert any(re.search(rf"\(service .*\) \(task [\w-]+\) {event}", one["message"]) for one in service["events"])
    assert service["taskDefinition"].endswith("shop:1")
    assert service["deployments"][0]["rolloutState"] == "COMPLETED"
    assert (service["runningCount"], service["desiredCount"]) == (1, 1)


def check(*command: str) -> dict[str, Any]:
    """Return a container's health check that does not take long to fail."""
    return {"HealthCheck": {"Command": ["CMD", *command], "Interval": 5, "Timeout": 5, "Retries": 2, "StartPeriod": 0}}


def test_a_version_whose_container_health_check_fails_is_rolled_back(shop: Shop) -> None:
    shop.runtime.version("v2")
    shop.deploy("v1", container=check("grep", "v1", "version"))
    (task,) = shop.tasks()
    healthy = shop.runtime.task_in(task)

    with pytest.raises(WaiterError) as failure:
        shop.deploy("v2", container=check("grep", "v1", "version"))

    assert (healthy["healthStatus"], healthy["containers"][0]["healthStatus"]) == ("HEALTHY", "HEALTHY")
    notes = " ".join(failure.value.__notes__)
    assert "Task failed container health checks" in notes
    events = [one["message"] for one in shop.service()["events"]]
    assert any(re.search(r"\(task [\w-]+\) failed container health checks\.", event) for event in events), events
    assert shop.get() == "v1"


def test_a_task_gets_no_requests_before_its_container_is_healthy(shop: Shop) -> None:
    held = 'test -f "$HOME/ready" || { sleep 2; touch "$HOME/ready"; exit 1; }'
    shop.deploy("v1", container=check("sh", "-c", held))

    assert shop.get() == "v1"
    assert shop.service()["deployments"][0]["failedTasks"] == 0


def test_a_first_version_that_does_not_get_healthy_leaves_nothing(shop: Shop) -> None:
    shop.runtime.version("v2-broken", application=CRASHING)

    with pytest.raises(WaiterError) as failure:
        shop.deploy("v2-broken")

    assert "ECS Deployment Circuit Breaker was triggered" in " ".join(failure.value.__notes__)
    assert [one["lastStatus"] for one in shop.runtime.client("ecs").describe_clusters()["clusters"]] == []


def test_a_killed_task_is_replaced(shop: Shop) -> None:
    shop.deploy("v1")
    (first,) = shop.tasks()
    (pid,) = pids_of(shop.runtime.task_in(first))

    os.kill(pid, signal.SIGKILL)

    wait_until(lambda: shop.tasks() and shop.tasks() != [first])
    wait_until(lambda: shop.service()["runningCount"] == 1)
    stopped = shop.runtime.task_in(first)
    assert stopped["containers"][0]["exitCode"] == 137
    assert stopped["stoppedReason"] == "Essential container in task exited"


def test_a_service_that_may_have_one_task_stops_it_before_it_starts_another(shop: Shop) -> None:
    one_at_a_time: dict[str, Any] = {"DeploymentConfiguration": {"MaximumPercent": 100, "MinimumHealthyPercent": 0}}
    shop.runtime.version("v2")
    shop.deploy("v1", **one_at_a_time)
    (first,) = shop.tasks()

    shop.deploy("v2", **one_at_a_time)

    (second,) = shop.tasks()
    assert second != first
    assert shop.runtime.task_in(first)["stoppingAt"] <= shop.runtime.task_in(second)["createdAt"]


def test_tasks_are_as_many_as_wanted(shop: Shop) -> None:
    shop.deploy("v1", count=3)
    assert len(shop.tasks()) == 3

    (cluster,) = shop.runtime.client("ecs").list_clusters()["clusterArns"]
    shop.runtime.client("ecs").update_service(cluster=cluster, service="shop", desiredCount=0)
    wait_until(lambda: shop.tasks() == [])
    with pytest.raises(urllib.error.HTTPError, match="503"):
        shop.get()

    shop.runtime.client("ecs").update_service(cluster=cluster, service="shop", desiredCount=1)
    wait_until(lambda: shop.service()["runningCount"] == 1)
    wait_until(lambda: answers(shop))
    assert shop.get() == "v1"


def test_deleting_a_stack_ends_its_tasks(shop: Shop) -> None:
    shop.deploy("v1")
    (task,) = shop.tasks()
    (pid,) = pids_of(shop.runtime.task_in(task))

    shop.runtime.delete("it")

    assert not runs(pid)


def answers(shop: Shop) -> bool:
    try:
        return bool(shop.get())
    except urllib.error.HTTPError:
        return False


def pids_of(task: dict[str, Any]) -> list[int]:
    """Return the processes whose command names the task's address."""
    (details,) = task["attachments"]
    (address,) = (one["value"] for one in details["details"] if one["name"] == "privateIPv4Address")
    wanted = f"--bind={address}:8000".encode()
    commands = {int(path.parent.name): path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")}
    return [pid for pid, command in commands.items() if wanted in command.split(b"\0")]
