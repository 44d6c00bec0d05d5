"""What a deployment waits for before its services roll, and who may read what on the way."""

from typing import Any

import pytest

from tests.constructs_lib.resources import container, named, of_type, text, variables

APPS = ("dev-alpha", "dev-beta", "prod-app")
BASES = ("dev-base", "prod-base")


def logical_ids(template: dict[str, Any], resource_type: str) -> dict[str, dict[str, Any]]:
    return {key: value for key, value in template["Resources"].items() if value["Type"] == resource_type}


def run_of(template: dict[str, Any], description: str) -> tuple[str, dict[str, Any]]:
    """Return the one-off task with a description: its logical id and the whole resource."""
    (found,) = (
        (key, value)
        for key, value in logical_ids(template, "Custom::OneOffTask").items()
        if value["Properties"]["Description"] == description
    )
    return found


@pytest.mark.parametrize("app", APPS)
class TestEveryApp:
    def test_services_wait_for_the_release_and_the_release_for_the_database(
        self, app: str, templates: dict[str, Any]
    ) -> None:
        database, _ = run_of(templates[app], "the database task")
        release, resource = run_of(templates[app], "the release command")
        assert database in resource["DependsOn"]
        services = logical_ids(templates[app], "AWS::ECS::Service")
        waiting = {key: service for key, service in services.items() if "CacheService" not in key}
        assert len(waiting) == 3
        for service in waiting.values():
            assert release in service["DependsOn"]

    def test_tasks_start_only_when_their_roles_have_their_policies(self, app: str, templates: dict[str, Any]) -> None:
        for run in logical_ids(templates[app], "Custom::OneOffTask").values():
            assert any("ExecutionRoleDefaultPolicy" in name for name in run["DependsOn"])

    def test_release_uses_the_runner_of_the_base(self, app: str, templates: dict[str, Any]) -> None:
        for run in of_type(templates[app], "Custom::OneOffTask"):
            assert run["ServiceToken"] == {"Ref": "BaseTaskRunnerArn"}
            assert run["ServiceTimeout"] == "3600"
            assert int(run["TimeoutSeconds"]) < 3600
        assert of_type(templates[app], "AWS::Lambda::Function") == []

    def test_only_the_database_task_gets_the_master_password(self, app: str, templates: dict[str, Any]) -> None:
        template = templates[app]
        readers = [
            key
            for key, policy in logical_ids(template, "AWS::IAM::Policy").items()
            if "DatabaseMasterSecretArn" in text(policy)
        ]
        assert len(readers) == 1
        assert "ReleaseDatabaseExecutionRole" in readers[0]
        users = [
            definition["Name"]
            for task in of_type(template, "AWS::ECS::TaskDefinition")
            for definition in task["ContainerDefinitions"]
            if "DatabaseMasterSecretArn" in text(definition)
        ]
        assert users == ["psql"]

    def test_database_task_itself_may_do_nothing(self, app: str, templates: dict[str, Any]) -> None:
        policies = logical_ids(templates[app], "AWS::IAM::Policy")
        assert not any("ReleaseDatabaseTaskRole" in key for key in policies)

    def test_database_task_needs_no_image_of_the_application(self, app: str, templates: dict[str, Any]) -> None:
        definition = container(templates[app], "ReleaseDatabase")
        assert definition["Image"] == "public.ecr.aws/docker/library/postgres:17-alpine"
        assert variables(definition)["PGSSLMODE"] == "require"


def test_ad_hoc_database_goes_with_its_environment_and_production_data_stays(templates: dict[str, Any]) -> None:
    _, alpha = run_of(templates["dev-alpha"], "the database task")
    assert alpha["Properties"]["EnvironmentOnDelete"] == {"ACTION": "drop"}
    _, production = run_of(templates["prod-app"], "the database task")
    assert "EnvironmentOnDelete" not in production["Properties"]
    for template in (templates["dev-alpha"], templates["prod-app"]):
        _, release = run_of(template, "the release command")
        assert "EnvironmentOnDelete" not in release["Properties"]


@pytest.mark.parametrize("base", BASES)
class TestRunner:
    def test_asks_every_ten_seconds_until_the_task_has_ended(self, base: str, templates: dict[str, Any]) -> None:
        states = self.states(base, templates)
        assert states["Step"]["Next"] == "Ended"
        assert states["Ended"]["Choices"] == [{"Variable": "$.Ended", "BooleanEquals": True, "Next": "End"}]
        assert states["Ended"]["Default"] == "Wait"
        assert states["Wait"] == {"Type": "Wait", "Seconds": 10, "Next": "Step"}

    def test_repeats_a_step_for_two_minutes_unless_the_task_has_failed(
        self, base: str, templates: dict[str, Any]
    ) -> None:
        states = self.states(base, templates)
        for name in ("Step", "Fail"):
            failed, others = states[name]["Retry"]
            assert failed == {"ErrorEquals": ["TaskFailedError"], "MaxAttempts": 0}
            assert others["ErrorEquals"] == ["States.ALL"]
            assert others["IntervalSeconds"] * others["MaxAttempts"] == 120
            assert others["BackoffRate"] == 1
        assert states["Step"]["Catch"] == [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.Error", "Next": "Fail"}]

    def test_state_machine_invokes_the_function_that_runs_tasks_and_nothing_else(
        self, base: str, templates: dict[str, Any]
    ) -> None:
        policy = named(templates[base], "AWS::IAM::Policy", "TaskRunnerWaiterRole")
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert statement["Action"] == "lambda:InvokeFunction"
        assert statement["Resource"] == self.states(base, templates)["Step"]["Resource"]
        assert "TaskRunnerStep" in text(statement["Resource"])

    def test_service_token_starts_the_state_machine_and_does_nothing_else(
        self, base: str, templates: dict[str, Any]
    ) -> None:
        policy = named(templates[base], "AWS::IAM::Policy", "TaskRunnerProviderframeworkonEventRole")
        statements = [s for s in policy["PolicyDocument"]["Statement"] if "logs:PutLogEvents" not in s["Action"]]
        (machine,) = logical_ids(templates[base], "AWS::StepFunctions::StateMachine")
        assert statements == [{"Action": "states:StartExecution", "Effect": "Allow", "Resource": {"Ref": machine}}]

    def states(self, base: str, templates: dict[str, Any]) -> dict[str, Any]:
        (machine,) = of_type(templates[base], "AWS::StepFunctions::StateMachine")
        assert machine["Definition"]["StartAt"] == "Step"
        states: dict[str, Any] = machine["Definition"]["States"]
        return states

    def test_runs_tasks_of_its_own_apps_only(self, base: str, templates: dict[str, Any]) -> None:
        folder = base.removesuffix("-base")
        statements = named(templates[base], "AWS::IAM::Policy", "TaskRunnerStepRole")["PolicyDocument"]["Statement"]
        actions = {
            action for s in statements for action in ([s["Action"]] if isinstance(s["Action"], str) else s["Action"])
        }
        assert {"ecs:RunTask", "ecs:StopTask", "ecs:DescribeTasks", "iam:PassRole", "logs:GetLogEvents"} <= actions
        for statement in statements:
            if "logs:PutLogEvents" in statement["Action"]:
                continue
            if statement["Action"] == "ecs:ListTasks":  # knows no tasks
                assert f":cluster/{folder}-*" in text(statement["Condition"]["ArnLike"]["ecs:cluster"])
                continue
            assert f"/{folder}-*" in text(statement["Resource"]) or f":{folder}-*" in text(statement["Resource"])

    def test_passes_roles_to_tasks_only(self, base: str, templates: dict[str, Any]) -> None:
        policy = named(templates[base], "AWS::IAM::Policy", "TaskRunnerStepRole")
        (statement,) = (s for s in policy["PolicyDocument"]["Statement"] if s["Action"] == "iam:PassRole")
        assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}


def test_service_tokens_never_change(templates: dict[str, Any]) -> None:
    tokens = {
        base: text(templates[base]["Resources"]["PublishedTaskRunnerArn"]["Properties"]["Value"]) for base in BASES
    }
    assert tokens == {
        "dev-base": '{"Fn::GetAtt": ["AdHocBaseTaskRunnerProviderframeworkonEvent981D503E", "Arn"]}',
        "prod-base": '{"Fn::GetAtt": ["ProdBaseTaskRunnerProviderframeworkonEvent60B56A72", "Arn"]}',
    }
