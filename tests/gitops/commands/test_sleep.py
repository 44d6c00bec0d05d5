from tests.gitops.commands.conftest import RunningApp


def test_sleep_stops_every_service_and_says_what_wakes_it(running_app: RunningApp) -> None:
    result = running_app.checkout.gitops("sleep", "dev/alpha")

    assert result.returncode == 0, result.stderr
    assert [running_app.service(name)["desiredCount"] for name in ("web", "worker")] == [0, 0]
    assert "dev/alpha: web, worker put to sleep" in result.stderr
    assert "gitops wake dev/alpha" in result.stderr


def test_the_second_time_there_is_nothing_to_do(running_app: RunningApp) -> None:
    running_app.checkout.gitops("sleep", "dev/alpha")

    result = running_app.checkout.gitops("sleep", "dev/alpha")

    assert result.returncode == 0
    assert "dev/alpha is asleep already" in result.stderr


def test_the_schedule_says_when_it_wakes(running_app: RunningApp) -> None:
    file = running_app.checkout.root / "environments/dev/alpha.yaml"
    file.write_text(file.read_text() + 'schedule: {awake: "Wed 08:30-20:00", timezone: Europe/Berlin}\n')

    result = running_app.checkout.gitops("sleep", "dev/alpha")

    assert "Its schedule wakes it on Wednesday" in result.stderr
    assert "at 08:30 (Europe/Berlin)" in result.stderr


def test_production_and_bases_do_not_sleep(running_app: RunningApp) -> None:
    running_app.checkout.base("prod", cidr="10.30.0.0/16")
    running_app.checkout.app("prod/app")

    for name in ("dev", "prod/app"):
        result = running_app.checkout.gitops("sleep", name)

        assert result.returncode == 1
        assert "only ad hoc apps sleep and wake" in result.stderr


def test_what_is_locked_stays_awake(running_app: RunningApp) -> None:
    file = running_app.checkout.root / "environments/dev/alpha.yaml"
    file.write_text(file.read_text() + "lock: {by: octocat, reason: a demonstration}\n")

    result = running_app.checkout.gitops("sleep", "dev/alpha")

    assert result.returncode == 1
    assert "locked by octocat: a demonstration" in result.stderr
    assert running_app.service("web")["desiredCount"] == 1
