from tests.gitops.commands.conftest import RunningApp


def test_wake_starts_every_service_again(running_app: RunningApp) -> None:
    running_app.checkout.gitops("sleep", "dev/alpha")

    result = running_app.checkout.gitops("wake", "dev/alpha")

    assert result.returncode == 0, result.stderr
    assert [running_app.service(name)["desiredCount"] for name in ("web", "worker")] == [1, 1]
    assert "dev/alpha: web, worker woken" in result.stderr
    assert "gitops sleep dev/alpha" in result.stderr


def test_what_is_awake_is_left_alone(running_app: RunningApp) -> None:
    result = running_app.checkout.gitops("wake", "dev/alpha")

    assert result.returncode == 0
    assert "dev/alpha is awake already" in result.stderr


def test_what_is_not_deployed_cannot_be_woken(running_app: RunningApp) -> None:
    running_app.checkout.app("dev/beta")

    result = running_app.checkout.gitops("wake", "dev/beta")

    assert result.returncode == 1
    assert "dev/beta is not deployed" in result.stderr
