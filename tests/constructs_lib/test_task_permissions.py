"""Every task that a deployment waits for may be run by its base's runner: names and policies fit together."""

from typing import Any

import pytest

from tests.constructs_lib.iam import ACCOUNT, Request, allows, arn, statements_of
from tests.constructs_lib.resources import of_type

APPS = ("dev-alpha", "dev-beta", "prod-app")
BASES = {"dev-alpha": "dev-base", "dev-beta": "dev-base", "prod-app": "prod-base"}
NEIGHBOURS = {"dev-alpha": "prod-base", "dev-beta": "prod-base", "prod-app": "dev-base"}


def requests_of(app: str, template: dict[str, Any]) -> list[Request]:
    """Return what the runner's function asks of AWS for the one-off tasks of an app."""
    resources = template["Resources"]
    runs = of_type(template, "Custom::OneOffTask")
    start, follow = [], []
    for run in runs:
        task = run["TaskDefinition"]["Ref"]
        cluster = run["Cluster"]["Ref"]
        group = run["LogGroup"]["Ref"]
        definition = resources[task]
        start.append(Request(action="ecs:RunTask", resource=arn(app, task, definition)))
        for role in ("TaskRoleArn", "ExecutionRoleArn"):
            role_id = definition["Properties"][role]["Fn::GetAtt"][0]
            passed = {"iam:passedtoservice": "ecs-tasks.amazonaws.com"}
            start.append(Request(action="iam:PassRole", resource=arn(app, role_id, resources[role_id]), context=passed))
        start.append(
            Request(
                action="cloudformation:DescribeStacks",
                resource=f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/{app}/0a1b2c",
            )
        )
        cluster_arn = arn(app, cluster, resources[cluster])
        follow.append(Request(action="ecs:ListTasks", resource="*", context={"ecs:cluster": cluster_arn}))
        name = cluster_arn.rpartition("/")[2]
        one_task = f"arn:aws:ecs:us-east-1:{ACCOUNT}:task/{name}/0a1b2c"
        follow += [Request(action=action, resource=one_task) for action in ("ecs:DescribeTasks", "ecs:StopTask")]
        stream = f"{arn(app, group, resources[group])}:log-stream:app/app/0a1b2c"
        follow.append(Request(action="logs:GetLogEvents", resource=stream))
    return start + follow


def at(base: str, request: Request) -> Request:
    """Return the request as it is in the account and region of a base: those of production's sample are others."""
    account, region = ("222222222222", "eu-central-1") if base == "prod-base" else (ACCOUNT, "us-east-1")
    resource = request.resource.replace(":us-east-1:", f":{region}:").replace(f":{ACCOUNT}:", f":{account}:")
    context = {
        key: value.replace(":us-east-1:", f":{region}:").replace(f":{ACCOUNT}:", f":{account}:")
        for key, value in request.context.items()
    }
    return Request(action=request.action, resource=resource, context=context)


def refused(base: str, app: str, templates: dict[str, Any]) -> list[Request]:
    """Return what the runner of a base may not do of what the one-off tasks of an app take."""
    statements = statements_of(templates[base], runner(templates[base]))
    return [one for one in requests_of(app, templates[app]) if not allows(statements, at(base, one))]


def runner(base: dict[str, Any]) -> str:
    """Return the logical id of the role of a base's runner."""
    role: str
    (role,) = (
        key
        for key, resource in base["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role" and "TaskRunnerStepRole" in key
    )
    return role


@pytest.mark.parametrize("app", APPS)
def test_runner_of_the_base_may_run_and_follow_every_one_off_task(app: str, templates: dict[str, Any]) -> None:
    assert len(of_type(templates[app], "Custom::OneOffTask")) == 2
    assert refused(BASES[app], app, templates) == []


@pytest.mark.parametrize("app", APPS)
def test_runner_of_another_base_may_do_nothing_of_it(app: str, templates: dict[str, Any]) -> None:
    assert refused(NEIGHBOURS[app], app, templates) == requests_of(app, templates[app])


@pytest.mark.parametrize("app", APPS)
def test_runner_runs_no_service(app: str, templates: dict[str, Any]) -> None:
    base, template = BASES[app], templates[app]
    role = runner(templates[base])
    services = [service["TaskDefinition"]["Ref"] for service in of_type(template, "AWS::ECS::Service")]
    assert services
    for service in services:
        request = Request(action="ecs:RunTask", resource=arn(app, service, template["Resources"][service]))
        assert not allows(statements_of(templates[base], role), at(base, request))


def test_no_family_is_chosen_by_the_cdk_and_none_is_shared(templates: dict[str, Any]) -> None:
    families = {app: [task["Family"] for task in of_type(templates[app], "AWS::ECS::TaskDefinition")] for app in APPS}
    assert {app: sorted(found) for app, found in families.items()} == {
        "dev-alpha": [
            "dev-alpha_beat",
            "dev-alpha_cache",
            "dev-alpha_one-off_database",
            "dev-alpha_one-off_release",
            "dev-alpha_web",
            "dev-alpha_worker",
        ],
        "dev-beta": [
            "dev-beta_cache",
            "dev-beta_frontend",
            "dev-beta_one-off_database",
            "dev-beta_one-off_release",
            "dev-beta_web",
            "dev-beta_worker",
        ],
        "prod-app": [
            "prod-app_beat",
            "prod-app_one-off_database",
            "prod-app_one-off_release",
            "prod-app_web",
            "prod-app_worker",
        ],
    }
