"""`gitops local`: starting, finding and stopping the embedded AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws import lifecycle

if TYPE_CHECKING:
    from tests.fake_engine.engine import FakeEngine
    from tests.gitops.checkouts import CommandLine


def test_up_status_and_down(bare_checkout: CommandLine) -> None:
    bare_checkout.account("123456789012", "eu-west-1")
    state = bare_checkout.root / ".gitops" / "local"
    try:
        started = bare_checkout.gitops("local", "up")
        running = lifecycle.find(state)
        again = bare_checkout.gitops("local", "up")
        status = bare_checkout.gitops("local", "status")
    finally:
        stopped = bare_checkout.gitops("local", "down")

    assert running is not None
    assert f"embedded AWS started at {running.endpoint}" in started.stderr
    assert started.stdout.splitlines() == [
        f"export AWS_ENDPOINT_URL={running.endpoint}",
        "export AWS_ACCESS_KEY_ID=123456789012",
        "export AWS_SECRET_ACCESS_KEY=embedded",
        "export AWS_REGION=eu-west-1",
        "export AWS_DEFAULT_REGION=eu-west-1",
    ]
    assert f"runs already at {running.endpoint}" in again.stderr
    assert running.endpoint in status.stderr
    assert "permissions: 0 authorised, 0 denied" in status.stderr
    assert status.stdout == started.stdout
    assert stopped.returncode == 0
    assert lifecycle.find(state) is None


def test_nothing_runs(bare_checkout: CommandLine) -> None:
    bare_checkout.account("123456789012")

    status = bare_checkout.gitops("local", "status")
    down = bare_checkout.gitops("local", "down")
    asked_for = bare_checkout.gitops("status", "--target", "local")

    assert (status.returncode, status.stdout) == (0, "")
    assert "gitops local up" in status.stderr
    assert (down.returncode, down.stdout) == (0, "")
    assert asked_for.returncode == 1
    assert "gitops local up" in asked_for.stderr


def test_up_and_status_say_that_an_engine_runs_tasks(bare_checkout: CommandLine, fake_engine: FakeEngine) -> None:
    bare_checkout.account("123456789012")
    try:
        started = bare_checkout.gitops("local", "up", GITOPS_LOCAL_DOCKER_HOST=fake_engine.host)
        status = bare_checkout.gitops("local", "status")
    finally:
        bare_checkout.gitops("local", "down")

    told = f"others run as containers of the engine at {fake_engine.host}"
    assert started.returncode == 0, started.stderr
    assert told in started.stderr
    assert told in status.stderr
    assert "simulated" not in started.stderr + status.stderr


def test_up_without_the_engine_that_is_asked_for_starts_nothing(bare_checkout: CommandLine) -> None:
    bare_checkout.account("123456789012")

    refused = bare_checkout.gitops("local", "up", GITOPS_LOCAL_DOCKER_HOST="unix:///nowhere/docker.sock")
    status = bare_checkout.gitops("local", "status")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "no container engine answers at unix:///nowhere/docker.sock" in refused.stderr
    assert "GITOPS_LOCAL_DOCKER_HOST names it: start the engine, or unset the variable" in refused.stderr
    assert "no embedded AWS runs here" in status.stderr
