"""Jobs: when they start, as what, and what they are allowed."""

from dataclasses import replace
from typing import Any

import pytest

from constructs_lib.ad_hoc_app import AdHocApp
from constructs_lib.config.model import JobConfig, ProdAppConfig, ServiceConfig
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.prod_app import ProdApp
from tests.constructs_lib.resources import named, of_type, text, the_only, variables
from tests.constructs_lib.synthesis import AD_HOC_BASE, PROD_BASE, Synthesise, one_service

JOB = JobConfig(command=("python", "manage.py", "clearsessions"), schedule="0 3 * * *", timezone="Europe/Berlin")


def template_of(synthesise: Synthesise, job: JobConfig) -> dict[str, Any]:
    config = replace(one_service(ServiceConfig(port=8000, paths=("/*",))), jobs={"clean-up": job})
    template = synthesise(
        lambda stack: AdHocApp(stack, "App", name=EnvironmentName("dev", "alpha"), config=config, base=AD_HOC_BASE)
    )
    return dict(template.to_json())


@pytest.fixture
def template(synthesise: Synthesise) -> dict[str, Any]:
    return template_of(synthesise, JOB)


def states(template: dict[str, Any]) -> dict[str, Any]:
    return dict(the_only(template, "AWS::StepFunctions::StateMachine")["Definition"]["States"])


def allowed(template: dict[str, Any], role: str) -> dict[str, Any]:
    """Return the resources of each action that the roles with a part of a logical id may use."""
    return {
        action: statement["Resource"]
        for policy in of_type(template, "AWS::IAM::Policy")
        if role in text(policy["Roles"])
        for statement in policy["PolicyDocument"]["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }


def test_starts_by_the_clock_of_its_time_zone(template: dict[str, Any]) -> None:
    schedule = the_only(template, "AWS::Scheduler::Schedule")

    assert schedule["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    (machine,) = (k for k, r in template["Resources"].items() if r["Type"] == "AWS::StepFunctions::StateMachine")
    assert schedule["Target"]["Arn"] == {"Ref": machine}
    assert allowed(template, "JobsCleanUpScheduleRole") == {"states:StartExecution": {"Ref": machine}}


def test_runs_its_command_with_variables_and_role_of_the_application(template: dict[str, Any]) -> None:
    task = named(template, "AWS::ECS::TaskDefinition", "JobsCleanUp")
    web = named(template, "AWS::ECS::TaskDefinition", "ServicesWeb")
    (container,), (web_container,) = task["ContainerDefinitions"], web["ContainerDefinitions"]

    assert task["Family"] == "dev-alpha_one-off_job-clean-up"
    assert container["Command"] == list(JOB.command)
    assert variables(container) == variables(web_container)
    assert container["Secrets"] == web_container["Secrets"]
    assert (task["TaskRoleArn"], task["Cpu"], task["Memory"]) == (web["TaskRoleArn"], "256", "512")


def test_is_skipped_while_the_last_run_goes_on_and_while_the_environment_sleeps(template: dict[str, Any]) -> None:
    machine = the_only(template, "AWS::StepFunctions::StateMachine")
    found = states(template)

    assert machine["Definition"]["StartAt"] == "Sleep"
    assert found["SleepFound"]["Default"] == "Settle"
    assert found["Settle"]["Next"] == "Overlap"
    assert found["OverlapFound"]["Default"] == "Event"
    assert found["OverlapOlder"]["Default"] == "SkippedForOverlap"
    assert found["Event"]["Next"] == "Step"
    assert found["Event"]["Parameters"]["Event"]["ResourceProperties"]["TimeoutSeconds"] == "3600"
    for reason in ("Sleep", "Overlap"):
        assert found[f"SkippedFor{reason}"]["End"] is True
        assert found[f"SkippedFor{reason}"]["Result"].keys() == {"Skipped"}


def test_state_machine_may_look_at_itself_and_at_one_service_and_run_tasks_by_the_base_alone(
    template: dict[str, Any],
) -> None:
    (machine,) = (k for k, r in template["Resources"].items() if r["Type"] == "AWS::StepFunctions::StateMachine")
    (web,) = (k for k, r in template["Resources"].items() if r["Type"] == "AWS::ECS::Service" and "Web" in k)

    assert allowed(template, "JobsCleanUpRole") == {
        "lambda:InvokeFunction": {"Ref": "BaseTaskStepArn"},
        "states:ListExecutions": {"Ref": machine},
        "ecs:DescribeServices": {"Ref": web},
    }


def test_overlap_and_sleep_do_not_matter_where_the_declaration_says_so(synthesise: Synthesise) -> None:
    template = template_of(synthesise, replace(JOB, overlap="allow", while_asleep=True, timeout_minutes=5))
    found = states(template)

    assert the_only(template, "AWS::StepFunctions::StateMachine")["Definition"]["StartAt"] == "Event"
    assert not [name for name in found if "Skipped" in name]
    assert found["Event"]["Parameters"]["Event"]["ResourceProperties"]["TimeoutSeconds"] == "300"
    assert allowed(template, "JobsCleanUpRole") == {"lambda:InvokeFunction": {"Ref": "BaseTaskStepArn"}}


@pytest.mark.parametrize(("minutes", "seconds"), [(5, 10), (360, 10), (1440, 39)])
def test_a_long_job_is_asked_for_so_rarely_that_its_history_has_room(
    synthesise: Synthesise, minutes: int, seconds: int
) -> None:
    """Step Functions ends an execution after 25,000 events."""
    found = states(template_of(synthesise, replace(JOB, timeout_minutes=minutes)))

    assert found["Wait"]["Seconds"] == seconds
    assert minutes * 60 / seconds * 9 <= 20_000
    assert found["Step"]["Retry"][1]["IntervalSeconds"] == 10


def test_failure_in_production_is_an_alarm(synthesise: Synthesise) -> None:
    config = ProdAppConfig(
        owner="octocat",
        repository="microblog",
        image="v1",
        services={"web": ServiceConfig(port=8000, paths=("/*",))},
        jobs={"clean-up": JOB},
    )
    template = synthesise(
        lambda stack: ProdApp(stack, "App", name=EnvironmentName("prod", "app"), config=config, base=PROD_BASE)
    ).to_json()

    alarm = named(dict(template), "AWS::CloudWatch::Alarm", "JobAlarmsCleanUp")
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == ("AWS/States", "ExecutionsFailed", 1)
    assert "JobsCleanUpRun" in text(alarm["Dimensions"])
    assert alarm["AlarmActions"] == [{"Ref": "BaseAlarmTopicArn"}]
    assert the_only(dict(template), "AWS::StepFunctions::StateMachine")["Definition"]["StartAt"] == "Settle"


@pytest.mark.parametrize("app", ["dev-alpha", "dev-beta", "prod-app"])
def test_app_without_jobs_asks_nothing_of_its_base(app: str, templates: dict[str, Any]) -> None:
    assert "BaseTaskStepArn" not in templates[app]["Parameters"]
    assert not of_type(templates[app], "AWS::Scheduler::Schedule")
