from tests.gitops.checkouts import Checkout
from tests.gitops.commands.conftest import RunningApp


def test_a_bastion_is_stopped_and_started_again(running_app: RunningApp) -> None:
    checkout = running_app.checkout

    stopped = checkout.gitops("bastion", "stop", "dev")
    again = checkout.gitops("bastion", "stop", "dev")
    between = checkout.gitops("bastion", "status", "dev")
    started = checkout.gitops("bastion", "start", "dev")

    assert [result.stdout.strip() for result in (stopped, again, between, started)] == [
        "stopped",
        "stopped",
        "stopped",
        "running",
    ]
    assert "the bastion of dev/base stops" in stopped.stderr
    assert "the bastion of dev/base is stopped already" in again.stderr
    assert "sessions can begin in about a minute" in started.stderr


def test_an_app_has_no_bastion_of_its_own(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")

    result = checkout.gitops("bastion", "start", "dev/alpha")

    assert result.returncode == 1
    assert "dev/alpha is not a base; its base is dev" in result.stderr


def test_a_base_that_is_not_deployed_is_said(checkout: Checkout) -> None:
    checkout.base("dev")

    result = checkout.gitops("bastion", "status", "dev")

    assert result.returncode == 1
    assert "dev/base is not deployed in" in result.stderr
