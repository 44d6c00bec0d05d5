from datetime import UTC, datetime
from typing import Any, cast

import pytest

from gitops.aws.ecs import Container, Ecs, Service, Task
from gitops.aws.session import AwsError, Session
from tests.gitops.factories import HOME

CONTAINER = Container(name="app", image="app:v1", environment={}, log_group="group", stream_prefix="app")
SERVICE = Service(
    name="web",
    arn="arn:aws:ecs:us-east-1:111111111111:service/alpha/web-1",
    cluster="alpha",
    task_definition="alpha:1",
    desired=1,
    launch={
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        "networkConfiguration": {},
    },
)


class Client:
    """An ECS client that gives prepared answers and keeps the requests."""

    def __init__(self, **answers: Any) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self._answers = answers

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> Any:
            self.requests.append((operation, request))
            answer = self._answers[operation]
            return answer(request) if callable(answer) else answer

        return call


def ecs_with(client: Client) -> Ecs:
    class OneClient:
        def client(self, *_: object) -> Client:
            return client

    return Ecs(cast("Session", OneClient()), HOME)


def described(number: int, **fields: object) -> dict[str, Any]:
    return {
        "serviceArn": f"service/alpha/s{number}",
        "clusterArn": "alpha",
        "taskDefinition": "alpha:1",
        "desiredCount": 1,
        "runningCount": 0,
        "networkConfiguration": {},
        "launchType": "FARGATE",
        "tags": [{"key": "gitops:service", "value": f"s{number}"}],
        **fields,
    }


def a_task(**fields: object) -> dict[str, Any]:
    return {"taskArn": "task/alpha/1", "clusterArn": "alpha", "lastStatus": "STOPPED", **fields}


def test_services_are_described_ten_at_a_time() -> None:
    client = Client(
        describe_services=lambda request: {"services": [described(int(arn)) for arn in request["services"]]}
    )

    services = ecs_with(client).services("alpha", [str(n) for n in range(21)])

    assert [service.name for service in services] == [f"s{n}" for n in range(21)]
    assert [len(request["services"]) for _, request in client.requests] == [10, 10, 1]


def test_services_that_say_no_name_are_left_out() -> None:
    client = Client(describe_services={"services": [described(1, tags=[]), described(2)]})

    assert [service.name for service in ecs_with(client).services("alpha", ["1", "2"])] == ["s2"]


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (
            "(service s1) (task 0a1b) (port 80) is unhealthy in (target-group arn:x) due to (reason With codes: [4]).",
            "With codes: [4]",
        ),
        ("(service s1) (task 0a1b) (port 80) is unhealthy in (target-group x) due to (reason R)", "R"),
        ("(service s1) (task ffff) (port 80) is unhealthy in (target-group x) due to (reason R)", ""),
        ("(service s1) has started 1 tasks: (task 0a1b).", ""),
    ],
)
def test_events_of_a_service_say_why_a_task_is_unhealthy(message: str, why: str) -> None:
    events = [{"createdAt": datetime.now(UTC), "message": text} for text in ("(service s1) newer", message)]
    task = Task(
        arn="arn:aws:ecs:us-east-1:111111111111:task/alpha/0a1b",
        cluster="alpha",
        status="STOPPED",
        started=datetime.now(UTC),
        open_to_exec=False,
        exit_code=None,
        stopped_reason="",
        images={},
    )

    (found,) = ecs_with(Client(describe_services={"services": [described(1, events=events)]})).services("alpha", ["1"])

    assert found.why_unhealthy(task) == why
    assert found.last_event == "(service s1) newer"


def test_a_task_is_launched_as_its_service_is_by_a_strategy_or_else_a_type() -> None:
    strategy = [{"capacityProvider": "FARGATE", "weight": 1}]
    both = [described(1, capacityProviderStrategy=strategy), described(2)]

    on_strategy, on_type = ecs_with(Client(describe_services={"services": both})).services("alpha", ["1", "2"])

    assert on_strategy.launch == {"networkConfiguration": {}, "capacityProviderStrategy": strategy}
    assert on_type.launch == {"networkConfiguration": {}, "launchType": "FARGATE"}


def test_the_command_of_a_task_is_a_list_of_words() -> None:
    client = Client(run_task={"tasks": [a_task(lastStatus="PROVISIONING")], "failures": []})

    ecs_with(client).run(SERVICE, CONTAINER, ["echo", "a b"])

    ((_, request),) = client.requests
    assert request["overrides"] == {"containerOverrides": [{"name": "app", "command": ["echo", "a b"]}]}
    assert request["capacityProviderStrategy"] == SERVICE.launch["capacityProviderStrategy"]
    assert "launchType" not in request


def test_a_task_that_ecs_cannot_place_is_an_error_with_its_reasons() -> None:
    failures = [{"arn": "cluster", "reason": "RESOURCE:ENI", "detail": "no address is left"}]
    client = Client(run_task={"tasks": [], "failures": failures})

    with pytest.raises(AwsError, match="could not start the task: RESOURCE:ENI no address is left"):
        ecs_with(client).run(SERVICE, CONTAINER, ["true"])


def test_why_a_task_stopped_is_told_by_the_task_and_its_container_each_reason_once() -> None:
    app = {"name": "app", "image": "app:v1", "exitCode": 137, "reason": "OutOfMemoryError: container killed"}
    containers = [app, {"exitCode": 0}]
    stopped = a_task(stoppedReason="Essential container in task exited", containers=containers)
    started = Task(
        arn="task/alpha/1",
        cluster="alpha",
        status="PENDING",
        started=datetime.now(UTC),
        open_to_exec=False,
        exit_code=None,
        stopped_reason="",
        images={},
    )

    now = ecs_with(Client(describe_tasks={"tasks": [stopped]})).task(started)

    assert now.exit_code == 137
    assert now.images["app"] == "app:v1"
    assert now.stopped_reason == "Essential container in task exited: OutOfMemoryError: container killed"
    with pytest.raises(AwsError, match="does not know the task task/alpha/1 any more"):
        ecs_with(Client(describe_tasks={"tasks": []})).task(started)


def test_a_log_stream_has_the_name_that_the_log_driver_gives_it() -> None:
    task = ecs_with(Client(run_task={"tasks": [a_task()], "failures": []})).run(SERVICE, CONTAINER, ["true"])

    assert CONTAINER.log_stream(task) == "app/app/1"


def test_a_task_that_ecs_does_not_show_yet_is_as_it_was() -> None:
    ecs = ecs_with(
        Client(
            run_task={"tasks": [a_task(lastStatus="PROVISIONING", createdAt=datetime.now(UTC))], "failures": []},
            describe_tasks={"tasks": [], "failures": [{"reason": "MISSING"}]},
        )
    )
    started = ecs.run(SERVICE, CONTAINER, ["true"])

    assert ecs.task(started) == started
