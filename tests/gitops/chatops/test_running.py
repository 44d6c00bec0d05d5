"""`/status`, `/deploy`, `/sleep` and `/wake`, against GitHub's and AWS's stand-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.gitops.checkouts import Checkout
from tests.gitops.commands.conftest import BASE_OUTPUTS, BASE_RESOURCES, RunningApp, app_resources, create_stack

if TYPE_CHECKING:
    from tests.gitops.chatops.conftest import Conversation

ALPHA = "environments/dev/alpha.yaml"


def aws_of(conversation: Conversation) -> Checkout:
    assert isinstance(conversation.checkout, Checkout)
    return conversation.checkout


def test_status_is_a_table_of_what_the_pull_request_touches(conversation_with_aws: Conversation) -> None:
    conversation = conversation_with_aws
    aws_of(conversation).create_stack("dev/alpha")

    event, ran = conversation.order("octocat", "/status")

    assert [one.process.returncode for one in ran] == [0, 0], ran[-1].process.stderr
    (answer,) = conversation.answers
    (row,) = [line for line in answer.splitlines() if line.startswith("| `dev/")]
    assert row.startswith(r"| `dev/alpha` | ad\-hoc\-app | yes | deployed |")
    assert "octocat" in row
    assert conversation.reactions(event) == ["eyes", "rocket"]


def test_status_is_of_all_where_no_environment_is_touched(conversation_with_aws: Conversation) -> None:
    conversation = conversation_with_aws
    conversation.github.commit({"README.md": "x"}, branch="other")
    conversation.number = conversation.github.open_pull_request(branch="other")
    aws_of(conversation).create_stack("dev/orphan")

    conversation.order("octocat", "/status")

    rows = [line for line in conversation.answers[0].splitlines() if line.startswith("| `dev/")]
    assert [row.split("`")[1] for row in rows] == ["dev/alpha", "dev/base", "dev/beta", "dev/orphan"]
    assert "| NO |" in rows[-1]


def test_deploy_brings_what_the_default_branch_declares(conversation_with_aws: Conversation) -> None:
    conversation = conversation_with_aws
    assert aws_of(conversation).gitops("deploy", "dev").returncode == 0
    aws_of(conversation).client("ecr").put_image(repositoryName="microblog", imageTag="v2", imageManifest="{}")

    event, ran = conversation.order("octocat", "/deploy dev/alpha v2")

    assert [one.process.returncode for one in ran] == [0, 0, 0], ran[-1].process.stderr
    assert "image: v2" in (conversation.github.read(ALPHA) or "")
    assert aws_of(conversation).statuses()["dev-alpha"] == "CREATE_COMPLETE"
    assert "created" in conversation.answers[-1]
    assert "https://alpha.dev.example.com" in conversation.answers[-1]
    assert [deployment.environment for deployment in conversation.github.deployments("dev/alpha")] == ["dev/alpha"]
    assert conversation.reactions(event) == ["eyes", "rocket"]


def test_an_image_whose_pull_request_waits_is_not_deployed(conversation_with_aws: Conversation) -> None:
    conversation = conversation_with_aws
    conversation.github.protect()

    _, ran = conversation.order("octocat", "/deploy dev/alpha v2")

    assert [one.process.returncode for one in ran] == [0, 0, 0]
    assert "its pull request waits to be merged" in conversation.answers[-1]
    assert aws_of(conversation).statuses() == {}


def test_a_deployment_that_fails_is_told_and_fails_the_job(conversation_with_aws: Conversation) -> None:
    conversation = conversation_with_aws
    checkout = aws_of(conversation)
    checkout.app("dev/alpha", behaviour="fails")
    conversation.push()
    assert checkout.gitops("deploy", "dev").returncode == 0

    event, ran = conversation.order("octocat", "/deploy dev/alpha")

    assert ran[-1].process.returncode == 1
    assert "failed" in conversation.answers[-1]
    assert len(conversation.answers) == 1
    assert conversation.reactions(event) == ["eyes", "confused"]


def test_a_lock_that_came_while_the_job_waited_holds(conversation_with_aws: Conversation) -> None:
    conversation = conversation_with_aws
    checkout = aws_of(conversation)
    assert checkout.gitops("deploy", "dev").returncode == 0
    events = [conversation.comment("octocat", order) for order in ("/deploy dev/alpha", "/sleep dev/alpha")]
    decided = [conversation.decide(event) for event in events]
    text = conversation.github.read(ALPHA) or ""
    conversation.github.commit({ALPHA: f"{text}lock: {{by: monalisa, since: 2026-11-23, reason: mine}}\n"})

    ran = [conversation.perform(event, each, "deploy")[0] for event, each in zip(events, decided, strict=True)]

    assert [one.process.returncode for one in ran] == [0, 0], ran[0].process.stderr
    assert set(checkout.statuses()) == {"dev-base"}
    assert len(conversation.answers) == 2
    answers = [answer.replace("\\", "") for answer in conversation.answers]
    assert all("locked by monalisa since 2026-11-23: mine" in answer for answer in answers)
    assert [conversation.reactions(event) for event in events] == [["eyes", "confused"]] * 2


def test_sleep_and_wake_set_the_number_of_tasks(conversation_with_aws: Conversation) -> None:
    conversation = conversation_with_aws
    checkout = aws_of(conversation)
    create_stack(checkout, "dev/base", "ad-hoc-base", BASE_RESOURCES, BASE_OUTPUTS)
    create_stack(checkout, "dev/alpha", "ad-hoc-app", app_resources(), {})
    app = RunningApp(checkout)
    text = conversation.github.read(ALPHA) or ""
    conversation.github.commit({ALPHA: f'{text}schedule: {{awake: "Mon-Sun 08:00-20:00", timezone: Europe/Berlin}}\n'})
    conversation.pull()

    conversation.order("octocat", "/sleep")
    asleep = [app.service(name)["desiredCount"] for name in ("web", "worker")]
    conversation.order("octocat", "/wake dev/alpha\n/sleep dev/beta")
    conversation.order("octocat", "/wake dev/alpha")

    assert asleep == [0, 0]
    assert [app.service(name)["desiredCount"] for name in ("web", "worker")] == [1, 1]
    slept, both, failed, awake = conversation.answers
    assert "is asleep now: `web`, `worker`" in slept
    assert "wakes it on" in slept
    assert "at 08:00" in slept.replace("\\", "")
    assert "is awake now" in both
    assert "is not deployed" in failed
    assert "is awake already" in awake
