import shlex

import pytest

from tests.gitops.checkouts import REGION, Checkout
from tests.gitops.commands.conftest import Programs, RunningApp, on_aws

HOSTILE = ["python", "-c", "print('it''s \"$HOME\" `id` ; rm -rf / \\n')", "--", "two  spaces", "", "*", "--psql"]


def test_a_shell_is_opened_by_the_aws_cli_in_place_of_ours(running_app: RunningApp, programs: Programs) -> None:
    programs.install("session-manager-plugin")
    programs.install("aws", body="sys.exit(7)")

    result = on_aws(running_app.checkout, "shell", "dev/alpha", PATH=programs.path)

    assert result.returncode == 7
    (aws,) = programs.started
    assert aws.argv[:3] == ["aws", "ecs", "execute-command"]
    assert aws.option("--region") == REGION
    assert aws.option("--cluster") == running_app.service("web")["clusterArn"]
    assert [aws.option("--task")] == running_app.tasks("web")
    assert aws.option("--container") == "app"
    assert aws.option("--command") == "/bin/sh"
    assert "--interactive" in aws.argv
    assert aws.environ["AWS_ENDPOINT_URL"] == running_app.checkout.aws.endpoint
    assert aws.environ["AWS_ACCESS_KEY_ID"] == running_app.checkout.account_id


def test_a_command_reaches_the_container_word_for_word(running_app: RunningApp, programs: Programs) -> None:
    programs.install("aws", "session-manager-plugin")

    on_aws(running_app.checkout, "shell", "dev/alpha", "--service", "worker", "--", *HOSTILE, PATH=programs.path)

    (aws,) = programs.started
    assert shlex.split(aws.option("--command")) == HOSTILE
    assert [aws.option("--task")] == running_app.tasks("worker")


def test_print_gives_a_command_to_paste_and_starts_nothing(running_app: RunningApp, programs: Programs) -> None:
    result = on_aws(running_app.checkout, "shell", "dev/alpha", "--print", "--", *HOSTILE, PATH=programs.path)

    assert result.returncode == 0, result.stderr
    words = shlex.split(result.stdout)
    assert words[:3] == ["aws", "ecs", "execute-command"]
    assert shlex.split(words[words.index("--command") + 1]) == HOSTILE
    assert programs.started == []


def test_on_an_aws_of_the_environment_no_credentials_are_printed(running_app: RunningApp, programs: Programs) -> None:
    result = on_aws(running_app.checkout, "shell", "dev/alpha", "--print", PATH=programs.path)

    assert result.returncode == 0, result.stderr
    assert running_app.checkout.environ()["AWS_SECRET_ACCESS_KEY"] not in result.stdout


def test_in_the_embedded_aws_a_program_of_its_own_enters_the_container(
    running_app: RunningApp, programs: Programs
) -> None:
    result = running_app.checkout.gitops("shell", "dev/alpha", "--print", "--", *HOSTILE, PATH=programs.path)
    simulated = running_app.checkout.gitops("shell", "dev/alpha", PATH=programs.path)

    words = shlex.split(result.stdout)
    task = running_app.tasks("web")[0].rpartition("/")[2]
    assert words[words.index("exec") :] == ["exec", "--task", task, "--container", "app", "--", *HOSTILE]
    assert simulated.returncode == 1
    assert f"no container app of the task {task} runs here" in simulated.stderr


@pytest.mark.parametrize("present", [(), ("aws",), ("session-manager-plugin",)])
def test_programs_that_are_not_installed_are_all_named_with_where_to_get_them(
    checkout: Checkout, programs: Programs, present: tuple[str, ...]
) -> None:
    programs.install(*present)

    result = on_aws(checkout, "shell", "dev/alpha", PATH=programs.path)

    assert result.returncode == 1
    guides = {
        "aws": "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
        "session-manager-plugin": "https://docs.aws.amazon.com/systems-manager/latest/userguide/install-plugin",
    }
    for program, guide in guides.items():
        assert (f"  {program}: {guide}" in result.stderr) == (program not in present)


def test_a_service_that_there_is_not_is_answered_with_those_there_are(
    running_app: RunningApp, programs: Programs
) -> None:
    result = on_aws(running_app.checkout, "shell", "dev/alpha", "--print", "--service", "worka", PATH=programs.path)

    assert result.returncode == 1
    assert "dev/alpha has no service worka; it has web, worker. Did you mean --service worker?" in result.stderr


def test_an_environment_that_sleeps_is_said_to(running_app: RunningApp) -> None:
    running_app.scale("web", 0)

    result = on_aws(running_app.checkout, "shell", "dev/alpha", "--print")

    assert result.returncode == 1
    assert "web of dev/alpha is asleep" in result.stderr


def test_a_sleeping_environment_is_said_with_its_hours(running_app: RunningApp) -> None:
    running_app.scale("web", 0)
    declaration = running_app.checkout.root / "environments" / "dev" / "alpha.yaml"
    declaration.write_text(
        declaration.read_text() + "schedule: {awake: Mon-Fri 08:00-20:00, timezone: Europe/Berlin}\n"
    )

    result = on_aws(running_app.checkout, "shell", "dev/alpha", "--print")

    assert "it is awake Mon-Fri 08:00-20:00 (Europe/Berlin)" in result.stderr


def test_tasks_that_ecs_exec_cannot_reach_are_said_with_the_remedy(running_app: RunningApp) -> None:
    service = running_app.service("web")
    running_app.checkout.client("ecs").update_service(
        cluster=service["clusterArn"],
        service=service["serviceName"],
        enableExecuteCommand=False,
        forceNewDeployment=True,
    )

    result = on_aws(running_app.checkout, "shell", "dev/alpha", "--print")

    assert result.returncode == 1
    assert "ECS Exec is not enabled on the tasks of web of dev/alpha" in result.stderr
    assert "aws ecs update-service --force-new-deployment" in result.stderr


def test_an_environment_that_is_not_deployed_is_said_with_the_command(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")

    result = checkout.gitops("shell", "dev/alpha", "--print")

    assert result.returncode == 1
    assert "dev/alpha is not deployed in" in result.stderr
    assert "gitops deploy dev/alpha" in result.stderr


def test_a_stack_without_services_is_said_to_have_none(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.create_stack("dev/alpha")

    result = checkout.gitops("shell", "dev/alpha", "--print")

    assert result.returncode == 1
    assert "dev/alpha has no services" in result.stderr


def test_a_base_has_no_shell(checkout: Checkout) -> None:
    checkout.base("dev")

    result = checkout.gitops("shell", "dev", "--print")

    assert result.returncode == 1
    assert "dev/base runs no services; name an app on it, dev/NAME" in result.stderr
