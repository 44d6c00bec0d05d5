"""`gitops drift` and `gitops report drift`: what differs is found, told in one issue, and forgotten when it is over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fake_github.faults import Outcome
from tests.gitops.commands.conftest import app_resources

if TYPE_CHECKING:
    import subprocess

    from tests.gitops.jobs import Jobs


@pytest.fixture
def clean(jobs: Jobs) -> Jobs:
    """Everything that is declared is deployed as it is declared."""
    jobs.checkout.app("dev/alpha")
    result = jobs.checkout.gitops("deploy", "--all")
    assert result.returncode == 0, result.stderr
    return jobs


def observe(jobs: Jobs) -> subprocess.CompletedProcess[str]:
    return jobs.run("drift", "--account", "main", "--save", "observed/main.json")


def report(jobs: Jobs) -> subprocess.CompletedProcess[str]:
    return jobs.run("report", "drift", "observed")


def findings(jobs: Jobs) -> list[tuple[str, str]]:
    data: dict[str, Any] = json.loads((jobs.checkout.root / "observed/main.json").read_text())
    return [(finding["environment"], finding["difference"]) for finding in data["findings"]]


def topic(jobs: Jobs, stack: str = "dev-alpha") -> str:
    return jobs.checkout.physical_id(stack, "Topic")


def rename(jobs: Jobs, name: str) -> None:
    """Change something of dev/alpha by hand."""
    sns = jobs.checkout.client("sns")
    sns.set_topic_attributes(TopicArn=topic(jobs), AttributeName="DisplayName", AttributeValue=name)


def test_what_runs_as_declared_is_clean_and_opens_no_issue(clean: Jobs) -> None:
    seen = observe(clean)
    told = report(clean)

    assert (seen.returncode, told.returncode) == (0, 0), seen.stderr + told.stderr
    assert "no drift" in seen.stderr
    assert findings(clean) == []
    assert clean.github.writes == []


def test_what_is_missing_and_what_is_too_much_is_found(clean: Jobs) -> None:
    clean.checkout.app("dev/beta")
    clean.checkout.create_stack("dev/gamma")
    clean.checkout.create_stack("of-others", tags={})

    seen = observe(clean)

    assert seen.returncode == 1
    assert findings(clean) == [("dev/beta", "not deployed"), ("dev/gamma", "not declared")]
    assert "of-others" not in seen.stdout


def test_another_template_is_found_with_the_resources_that_differ(clean: Jobs) -> None:
    clean.checkout.app("dev/alpha", image="v2")

    seen = observe(clean)

    assert seen.returncode == 1
    assert findings(clean) == [("dev/alpha", "template differs")]
    assert "Topic differs" in seen.stdout


def test_characters_that_cloudformation_does_not_return_are_no_drift(clean: Jobs) -> None:
    clean.checkout.app("dev/alpha", behaviour="greets Grüße 👋")
    deployed = clean.checkout.gitops("deploy", "dev/alpha")

    seen = observe(clean)
    before = findings(clean)
    clean.checkout.app("dev/alpha", behaviour="greets Grüße!")
    observe(clean)

    assert deployed.returncode == 0, deployed.stderr
    assert seen.returncode == 0, seen.stdout
    assert before == []
    assert findings(clean) == [("dev/alpha", "template differs")], "other characters are compared"


def test_changes_by_hand_are_found_without_their_values(clean: Jobs) -> None:
    rename(clean, "a secret that somebody put here")

    seen = observe(clean)

    assert seen.returncode == 1
    assert findings(clean) == [("dev/alpha", "changed by hand")]
    assert "Topic (AWS::SNS::Topic): /DisplayName" in seen.stdout
    assert "a secret that somebody put here" not in seen.stdout + seen.stderr


def test_what_was_deleted_by_hand_is_found(clean: Jobs) -> None:
    clean.checkout.client("sns").delete_topic(TopicArn=topic(clean))

    seen = observe(clean)

    assert findings(clean) == [("dev/alpha", "changed by hand")]
    assert "Topic (AWS::SNS::Topic) was deleted" in seen.stdout


def test_a_stack_that_failed_is_found_and_one_that_moves_is_passed_over(clean: Jobs) -> None:
    clean.checkout.app("dev/beta")
    clean.checkout.app("dev/gamma")
    second = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::GetAtt": ["Topic", "Nothing"]}}}
    broken = {"Topic": {"Type": "AWS::SNS::Topic"}, "Second": second}
    clean.checkout.create_stack("dev/beta", broken)
    waiting = {
        "Wait": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "CreationPolicy": {"ResourceSignal": {"Count": 1, "Timeout": "PT1M"}},
        }
    }
    clean.checkout.cloudformation().create_stack(
        StackName="dev-gamma",
        TemplateBody=json.dumps({"Resources": waiting}),
        Tags=[{"Key": "gitops:environment", "Value": "dev/gamma"}],
    )

    seen = observe(clean)

    assert findings(clean) == [("dev/beta", "failed")]
    assert "dev/gamma: an operation of CloudFormation is in progress" in seen.stderr


def test_types_that_are_not_compared_are_said(clean: Jobs) -> None:
    seen = observe(clean)
    clean.checkout.app("dev/alpha", behaviour="bucket-of-alpha")
    clean.checkout.gitops("deploy", "dev/alpha")
    again = observe(clean)

    assert "not compared" not in seen.stderr
    assert "1 of the type AWS::S3::Bucket not compared: reading it shows the names of what is in it" in again.stderr


def test_another_image_is_found_and_the_number_of_tasks_is_no_drift(clean: Jobs) -> None:
    resources = app_resources()
    definition: Any = resources["WebTask"]
    container = definition["Properties"]["ContainerDefinitions"][0]
    container["Image"] = f"{clean.checkout.account_id}.dkr.ecr.us-east-1.amazonaws.com/microblog:v1"
    # The cache of an app is a service that no declaration names.
    for name in ("", "Task", "Logs"):
        worker = json.dumps(resources.pop(f"Worker{name}"))
        resources[f"Cache{name}"] = json.loads(worker.replace("Worker", "Cache").replace("worker", "cache"))
    clean.checkout.app("dev/beta")
    clean.checkout.create_stack("dev/beta", resources)
    ecs = clean.checkout.client("ecs")
    cluster = clean.checkout.physical_id("dev-beta", "Cluster")
    service = clean.checkout.physical_id("dev-beta", "Web")
    ecs.update_service(cluster=cluster, service=service, desiredCount=0)

    observe(clean)
    before = findings(clean)
    other = {**_registrable(container), "image": container["Image"].replace("v1", "v0")}
    registered = ecs.register_task_definition(family="other", containerDefinitions=[other])
    ecs.update_service(
        cluster=cluster, service=service, taskDefinition=registered["taskDefinition"]["taskDefinitionArn"]
    )
    seen = observe(clean)

    # The stack was made without the CDK, so its template differs too.
    assert before == [("dev/beta", "template differs")]
    assert ("dev/beta", "image differs") in findings(clean)
    assert "web: its task definition has" in seen.stdout


def _registrable(container: dict[str, Any]) -> dict[str, Any]:
    return {"name": container["Name"], "image": container["Image"]}


def test_one_issue_is_opened_updated_only_when_it_changes_and_closed_when_clean(clean: Jobs) -> None:
    rename(clean, "by hand")
    observe(clean)
    report(clean)
    (issue,) = clean.github.issues
    opened = issue.body
    clean.github.forget_calls()
    observe(clean)
    report(clean)
    unchanged = clean.github.writes
    clean.checkout.create_stack("dev/gamma")
    observe(clean)
    report(clean)
    updated = issue.body
    rename(clean, "dev/alpha v1")
    clean.checkout.cloudformation().delete_stack(StackName="dev-gamma")
    observe(clean)
    told = report(clean)

    assert opened.startswith("<!-- gitops:drift -->\n")
    assert "changed by hand" in opened
    assert unchanged == []
    assert "not declared" in updated
    assert told.returncode == 0, told.stderr
    assert issue.state == "closed"
    assert len(clean.github.issues) == 1


def test_a_schedule_that_github_has_stopped_is_in_the_issue(clean: Jobs) -> None:
    observe(clean)
    clean.github.state.settings.workflow_states["reap"] = "disabled_inactivity"
    report(clean)
    (issue,) = clean.github.issues
    opened, body = issue.state, issue.body
    clean.github.state.settings.workflow_states["reap"] = "active"
    report(clean)

    assert opened == "open"
    assert "GitHub has stopped the schedule of" in body
    assert "reap" in body
    assert issue.state == "closed"


@pytest.mark.parametrize("spoil", ["missing", "not complete"])
def test_an_observation_that_is_not_complete_changes_nothing(clean: Jobs, spoil: str) -> None:
    rename(clean, "by hand")
    observe(clean)
    report(clean)
    clean.github.forget_calls()
    file = clean.checkout.root / "observed/main.json"
    if spoil == "missing":
        file.unlink()
    else:
        file.write_text(json.dumps(json.loads(file.read_text()) | {"findings": [], "unknown": ["dev/alpha: denied"]}))

    told = report(clean)

    assert told.returncode == 1
    assert clean.github.writes == []
    assert clean.github.issues[0].state == "open"


@pytest.mark.parametrize("outcome", [Outcome.SERVER_ERROR, Outcome.RATE_LIMIT, Outcome.CUT_OFF, Outcome.NOT_JSON])
def test_issues_that_cannot_be_listed_open_no_second_one(clean: Jobs, outcome: Outcome) -> None:
    rename(clean, "by hand")
    observe(clean)
    clean.github.fault("GET", "/issues", outcome)

    told = report(clean)

    assert told.returncode == 1
    assert "GitHub" in told.stderr
    assert clean.github.writes == []


def test_aws_that_cannot_be_listed_stops_and_leaves_no_file(clean: Jobs) -> None:
    dead = {**clean.checkout.environ(), "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}

    seen = clean.run("drift", "--account", "main", "--save", "observed/main.json", "--target", "aws", environ=dead)

    assert seen.returncode == 1
    assert "cannot reach AWS" in seen.stderr
    assert not (clean.checkout.root / "observed").exists()
