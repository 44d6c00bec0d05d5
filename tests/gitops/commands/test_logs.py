import signal
import time

import pytest

from tests.gitops.checkouts import Checkout
from tests.gitops.commands.conftest import RunningApp, app_resources, create_stack, log_group, write_log


def minutes_ago(minutes: float) -> int:
    return int((time.time() - minutes * 60) * 1000)


def said(stdout: str) -> list[tuple[str, str]]:
    """The services and messages of log lines, without their times."""
    parts = [line.split(" ", 1)[1].split(maxsplit=1) for line in stdout.splitlines()]
    return [(part[0], part[1]) for part in parts]


def test_all_services_are_merged_in_the_order_of_time(running_app: RunningApp) -> None:
    running_app.log("web", (minutes_ago(5), "first"), (minutes_ago(3), "third"))
    running_app.log("worker", (minutes_ago(4), "second"), (minutes_ago(2), "fourth"))

    result = running_app.checkout.gitops("logs", "dev/alpha")

    assert result.returncode == 0, result.stderr
    assert said(result.stdout) == [("web", "first"), ("worker", "second"), ("web", "third"), ("worker", "fourth")]
    assert result.stdout.splitlines()[0].endswith("Z web       first"), "services are aligned"


def test_one_service_and_the_time_can_be_chosen(running_app: RunningApp) -> None:
    running_app.log("web", (minutes_ago(90), "long ago"), (minutes_ago(30), "lately"))
    running_app.log("worker", (minutes_ago(20), "of the worker"))

    default = running_app.checkout.gitops("logs", "dev/alpha")
    hour = running_app.checkout.gitops("logs", "dev/alpha", "--service", "web", "--since", "1h")
    day = running_app.checkout.gitops("logs", "dev/alpha", "--service", "web", "--since", "1d")

    assert default.stdout == ""
    assert said(hour.stdout) == [("web", "lately")]
    assert said(day.stdout) == [("web", "long ago"), ("web", "lately")]


def test_the_release_command_has_a_log_of_its_own(running_app: RunningApp) -> None:
    running_app.log("web", (minutes_ago(2), "of the service"))
    running_app.log("release", (minutes_ago(1), "of the release"))
    running_app.log("older", (minutes_ago(0.5), "without a tag"))

    everything = running_app.checkout.gitops("logs", "dev/alpha")
    released = running_app.checkout.gitops("logs", "dev/alpha", "--service", "release")

    assert said(everything.stdout) == [
        ("web", "of the service"),
        ("release", "of the release"),
        ("OlderLogs", "without a tag"),
    ]
    assert said(released.stdout) == [("release", "of the release")]


def test_each_line_of_an_event_says_its_service(running_app: RunningApp) -> None:
    running_app.log("web", (minutes_ago(1), "Error:\n  line 1"))

    result = running_app.checkout.gitops("logs", "dev/alpha")

    assert [line.split(" ", 1)[1] for line in result.stdout.splitlines()] == ["web       Error:", "web         line 1"]


def test_following_prints_each_event_once_and_goes_on_until_it_is_interrupted(running_app: RunningApp) -> None:
    running_app.log("web", (minutes_ago(1), "before"))

    with running_app.checkout.start("logs", "dev/alpha", "--follow") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        running_app.log("worker", (minutes_ago(0), "after"))
        lines.append(process.stdout.readline())
        running_app.log("web", (minutes_ago(0.2), "late"))
        lines.append(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        rest, stderr = process.communicate(timeout=30)

    assert said("".join(lines)) == [("web", "before"), ("worker", "after"), ("web", "late")]
    assert rest == ""
    assert process.returncode == 130
    assert "Traceback" not in stderr


def test_a_service_that_there_is_not_is_answered_with_those_there_are(running_app: RunningApp) -> None:
    result = running_app.checkout.gitops("logs", "dev/alpha", "--service", "beat")

    assert result.returncode == 1
    assert "dev/alpha has no service beat; it has OlderLogs, release, web, worker." in result.stderr
    assert "Did you mean" not in result.stderr


def test_a_stack_without_log_groups_is_said_to_have_none(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.create_stack("dev/alpha")

    result = checkout.gitops("logs", "dev/alpha")

    assert result.returncode == 1
    assert "dev/alpha has no logs: deployed." in result.stderr
    assert "Traceback" not in result.stderr


def destroyed(running_app: RunningApp) -> None:
    running_app.log("web", (minutes_ago(30), "the last words"))
    running_app.log("release", (minutes_ago(40), "of the release"))
    result = running_app.checkout.gitops("destroy", "dev/alpha", "--yes")
    assert result.returncode == 0, result.stderr
    assert "kept:" not in result.stdout


@pytest.mark.parametrize("declared", [True, False])
def test_logs_of_an_environment_that_is_destroyed_can_be_read(running_app: RunningApp, *, declared: bool) -> None:
    destroyed(running_app)
    if not declared:
        (running_app.checkout.root / "environments" / "dev" / "alpha.yaml").unlink()

    result = running_app.checkout.gitops("logs", "dev/alpha", "--since", "1h")
    of_web = running_app.checkout.gitops("logs", "dev/alpha", "--since", "1h", "--service", "web")

    assert said(result.stdout) == [("release", "of the release"), ("web", "the last words")]
    assert "dev/alpha is not deployed. Its last deployment has left these logs" in result.stderr
    assert said(of_web.stdout) == [("web", "the last words")]


def test_an_environment_made_anew_has_none_of_the_lines_of_the_one_before(running_app: RunningApp) -> None:
    destroyed(running_app)
    create_stack(running_app.checkout, "dev/alpha", "ad-hoc-app", app_resources(), {})
    running_app.log("web", (minutes_ago(1), "anew"))

    result = running_app.checkout.gitops("logs", "dev/alpha", "--since", "1d")

    assert said(result.stdout) == [("web", "anew")]
    assert "not deployed" not in result.stderr


def test_logs_of_a_creation_that_was_rolled_back_can_be_read(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.client("sns").create_topic(Name="taken")
    taken = {"Type": "AWS::SNS::Topic", "DependsOn": "WebLogs", "Properties": {"TopicName": "taken"}}
    checkout.create_stack("dev/alpha", {"WebLogs": log_group("web"), "Topic": taken})
    assert checkout.statuses()["dev-alpha"] == "ROLLBACK_COMPLETE"
    (group,) = checkout.client("logs").describe_log_groups(logGroupNamePrefix="dev-alpha-")["logGroups"]
    write_log(checkout, group["logGroupName"], (minutes_ago(2), "why it failed"))

    result = checkout.gitops("logs", "dev/alpha")

    assert said(result.stdout) == [("web", "why it failed")]


def test_an_environment_that_never_was_has_no_logs(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")

    result = checkout.gitops("logs", "dev/alpha")
    unknown = checkout.gitops("logs", "other/alpha")

    assert result.returncode == 1
    assert "dev/alpha is not deployed in " in result.stderr
    assert "and no logs of an earlier deployment are left" in result.stderr
    assert unknown.returncode == 1
    assert "other/base" in unknown.stderr
    assert "Traceback" not in unknown.stderr


@pytest.mark.parametrize("text", ["", "1", "h", "0m", "-1h", "1.5h", "1w", "1h30m", "9999999s"])
def test_a_time_of_another_form_is_refused(checkout: Checkout, text: str) -> None:
    result = checkout.gitops("logs", "dev/alpha", f"--since={text}")

    assert result.returncode == 2
    assert "write a number and s, m, h or d, such as 15m" in result.stderr
