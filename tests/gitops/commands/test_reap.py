"""`gitops reap` and `gitops report reap`: who is told, what goes, and when nothing is touched at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.fake_github.faults import Outcome
from tests.workflows.harness.world import in_days

if TYPE_CHECKING:
    import subprocess

    from tests.gitops.jobs import Jobs

SOON, PAST, LATER = map(in_days, (1, -1, 7))  # each is what its name says on the next day, too
LOCK = "lock: {by: monalisa, reason: a demonstration}\n"


def app(expires: str, more: str = "") -> str:
    return f"kind: ad-hoc-app\nimage: v1\nexpires: {expires}\n{more}"


def path(name: str) -> str:
    return f"environments/{name}.yaml"


def observe(jobs: Jobs) -> subprocess.CompletedProcess[str]:
    return jobs.run("reap", "--account", "main", "--save", "observed/main.json")


def report(jobs: Jobs) -> subprocess.CompletedProcess[str]:
    return jobs.run("report", "reap", "observed")


def observed(jobs: Jobs) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((jobs.checkout.root / "observed/main.json").read_text())
    return found


def removed(jobs: Jobs) -> list[str]:
    return [job["environment"] for job in jobs.outputs["removed_apps"]]


def test_what_has_expired_is_handed_over_and_nothing_is_changed(jobs: Jobs) -> None:
    jobs.merge({path("dev/alpha"): app(PAST), path("dev/beta"): app(LATER)})
    jobs.pull()
    jobs.checkout.create_stack("dev/alpha")
    jobs.github.forget_calls()

    seen = observe(jobs)
    told = report(jobs)

    assert (seen.returncode, told.returncode) == (0, 0), seen.stderr + told.stderr
    assert seen.stdout.splitlines()[1:] == [f"dev/alpha    destroy  expired on {PAST}"]
    assert jobs.outputs["removed_apps"] == [
        {
            "environment": "dev/alpha",
            "slug": "dev-alpha",
            "account": "main",
            "role_variable": "AWS_ROLE_ARN_MAIN",
            "region": "us-east-1",
        }
    ]
    assert jobs.github.writes == []
    assert set(jobs.checkout.statuses()) == {"dev-alpha"}
    assert "dev/beta" not in jobs.summary


@pytest.mark.parametrize(
    ("status", "job"),
    [("waiting", "Approve the destruction of dev/alpha"), ("in_progress", "Destroy dev/alpha")],
)
def test_what_a_run_waits_to_destroy_is_not_asked_for_again(jobs: Jobs, status: str, job: str) -> None:
    jobs.merge({path("dev/alpha"): app(PAST), path("dev/beta"): app(PAST)})
    jobs.pull()
    observe(jobs)
    waiting = jobs.github.run("reap.yml", event="schedule", status=status, jobs={"Decide": "completed", job: status})

    told = report(jobs)

    assert told.returncode == 0, told.stderr
    assert removed(jobs) == ["dev/beta"]
    assert f"actions/runs/{waiting} waits to destroy it" in jobs.summary.replace("\\", "")


@pytest.mark.parametrize(
    "run",
    [
        {"workflow": "reap.yml", "event": "pull_request", "status": "waiting", "job": "waiting"},  # of a branch
        {"workflow": "deploy.yml", "event": "workflow_dispatch", "status": "waiting", "job": "waiting"},
        {"workflow": "reap.yml", "event": "schedule", "status": "completed", "job": "completed"},  # rejected
        {"workflow": "reap.yml", "event": "schedule", "status": "in_progress", "job": "completed"},
    ],
)
def test_what_no_run_of_the_default_branch_waits_to_destroy_is_asked_for(jobs: Jobs, run: dict[str, str]) -> None:
    jobs.merge({path("dev/alpha"): app(PAST)})
    jobs.pull()
    observe(jobs)
    job = "Approve the destruction of dev/alpha"
    jobs.github.run(run["workflow"], event=run["event"], status=run["status"], jobs={job: run["job"]})

    report(jobs)

    assert removed(jobs) == ["dev/alpha"]


def test_while_runs_cannot_be_listed_nothing_is_asked_for(jobs: Jobs) -> None:
    jobs.merge({path("dev/alpha"): app(PAST)})
    jobs.pull()
    observe(jobs)
    jobs.github.fault("GET", "/actions/*", Outcome.FORBIDDEN)

    told = report(jobs)

    assert told.returncode == 1
    assert "Resource not accessible by integration" in told.stderr
    assert jobs.outputs == {}


def test_an_ad_hoc_environment_whose_folder_begins_like_production_expires(jobs: Jobs) -> None:
    jobs.checkout.base("products", cidr="10.60.0.0/16")
    jobs.push()
    jobs.merge({path("products/alpha"): app(PAST)})
    jobs.pull()
    jobs.checkout.create_stack("products/alpha")

    observe(jobs)
    report(jobs)
    handed_over = removed(jobs)
    destroyed = jobs.run("destroy", "products/alpha", "--yes", "--github", "--only-expired")

    assert handed_over == ["products/alpha"]
    assert destroyed.returncode == 0, destroyed.stderr
    assert jobs.github.read(path("products/alpha")) is None
    assert "products-alpha" not in jobs.checkout.statuses()


def test_owners_are_told_once_in_the_pull_request_that_made_the_environment(jobs: Jobs) -> None:
    number = jobs.merge({path("dev/alpha"): app(SOON)})
    jobs.merge({path("dev/alpha"): app(SOON, 'environment: {LEVEL: "2"}\n')})
    jobs.pull()

    for _ in range(2):
        assert observe(jobs).returncode == 0
        assert report(jobs).returncode == 0

    (comment,) = jobs.github.comments_of_ours(number)
    assert "@octocat: `dev/alpha` expires in about" in comment
    assert f"at the end of {SOON} (UTC)" in comment
    assert "/extend dev/alpha 3d" in comment
    assert removed(jobs) == []


def test_an_extension_starts_anew(jobs: Jobs) -> None:
    number = jobs.merge({path("dev/alpha"): app(SOON)})
    jobs.pull()
    observe(jobs)
    report(jobs)
    jobs.merge({path("dev/alpha"): app(in_days(0))})
    jobs.pull()
    observe(jobs)
    report(jobs)

    assert len(jobs.github.comments_of_ours(number)) == 2


def test_what_others_have_written_counts_for_nothing(jobs: Jobs) -> None:
    number = jobs.merge({path("dev/alpha"): app(SOON)})
    jobs.pull()
    jobs.github.comment(number, "octocat", f"<!-- gitops:expiry dev/alpha {SOON} 48 -->\nalready said")

    observe(jobs)
    report(jobs)

    assert len(jobs.github.comments_of_ours(number)) == 1


def test_without_a_pull_request_nobody_is_told_and_the_summary_says_so(jobs: Jobs) -> None:
    jobs.github.commit({path("dev/alpha"): app(SOON)})
    jobs.pull()

    observe(jobs)
    told = report(jobs)

    assert told.returncode == 0, told.stderr
    assert "not warned: no pull request made it" in jobs.summary
    assert jobs.github.writes == []


def test_a_locked_environment_is_left_and_that_is_said(jobs: Jobs) -> None:
    jobs.merge({path("dev/alpha"): app(PAST, LOCK), path("dev/beta"): app(SOON, LOCK)})
    jobs.pull()

    seen = observe(jobs)
    report(jobs)

    assert f"expired on {PAST}, but is locked by monalisa: a demonstration" in seen.stdout
    assert "dev/beta" not in seen.stdout
    assert removed(jobs) == []
    assert "| keep |" in jobs.summary


def test_what_is_deployed_and_not_declared_goes_only_if_a_commit_removed_it(jobs: Jobs) -> None:
    jobs.merge({path("dev/alpha"): app(LATER), path("dev/locked"): app(LATER, LOCK)})
    jobs.merge({path("dev/alpha"): None, path("dev/locked"): None})
    jobs.pull()
    for name in ("dev/alpha", "dev/locked", "dev/never"):
        jobs.checkout.create_stack(name)
    jobs.checkout.create_stack("old/base", kind="ad-hoc-base")

    seen = observe(jobs)
    report(jobs)

    assert removed(jobs) == ["dev/alpha"]
    assert "no commit has removed its file" in seen.stdout
    assert "was locked by monalisa" in seen.stdout
    assert "old/base" not in seen.stdout


def test_a_file_that_was_removed_and_came_back_is_declared(jobs: Jobs) -> None:
    jobs.merge({path("dev/alpha"): app(LATER)})
    jobs.merge({path("dev/alpha"): None})
    jobs.merge({path("dev/alpha"): app(LATER)})
    jobs.pull()
    jobs.checkout.create_stack("dev/alpha")

    observe(jobs)
    report(jobs)

    assert removed(jobs) == []


def test_more_than_a_base_allows_and_none_of_it_goes(jobs: Jobs) -> None:
    jobs.checkout.base("qa", cidr="10.30.0.0/16")
    jobs.push()
    jobs.merge({path(f"dev/app-{n}"): app(PAST) for n in range(4)} | {path("qa/alpha"): app(PAST)})
    jobs.pull()

    observe(jobs)
    told = report(jobs)

    assert told.returncode == 1
    assert "4 environments of dev/base would be destroyed at once" in told.stderr
    assert "raise policy.max_removals of dev/base" in told.stderr
    assert removed(jobs) == ["qa/alpha"]
    assert "4 environments of dev" in jobs.summary


def test_as_many_as_a_base_allows_go(jobs: Jobs) -> None:
    text = jobs.github.read(path("dev/base")) or ""
    jobs.github.commit({path("dev/base"): f"{text}policy: {{max_removals: 4}}\n"})
    jobs.merge({path(f"dev/app-{n}"): app(PAST) for n in range(4)})
    jobs.pull()

    observe(jobs)
    told = report(jobs)

    assert told.returncode == 0, told.stderr
    assert removed(jobs) == [f"dev/app-{n}" for n in range(4)]


def test_nothing_declared_at_all_stops(jobs: Jobs) -> None:
    jobs.merge({path("dev/alpha"): app(LATER)})
    jobs.pull()
    jobs.merge({path("dev/alpha"): None, path("dev/base"): None})
    jobs.pull()
    jobs.checkout.create_stack("dev/alpha")

    seen = observe(jobs)

    assert seen.returncode == 1
    assert "no environment is declared, which looks like an accident" in seen.stderr
    assert not (jobs.checkout.root / "observed").exists()


def test_a_history_that_is_not_whole_stops(jobs: Jobs) -> None:
    jobs.merge({path("dev/alpha"): app(PAST)})
    jobs.pull("--depth=1")

    seen = observe(jobs)

    assert seen.returncode == 1
    assert "is shallow" in seen.stderr


def test_aws_that_cannot_be_listed_stops(jobs: Jobs) -> None:
    jobs.merge({path("dev/alpha"): app(PAST)})
    jobs.pull()
    dead = {**jobs.checkout.environ(), "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}

    seen = jobs.run("reap", "--account", "main", "--save", "observed/main.json", "--target", "aws", environ=dead)

    assert seen.returncode == 1
    assert "cannot reach AWS" in seen.stderr
    assert not (jobs.checkout.root / "observed").exists()


@pytest.mark.parametrize("spoil", ["missing", "cut off", "of another account", "old", "with a key too many"])
def test_an_observation_that_is_not_whole_stops(jobs: Jobs, spoil: str) -> None:
    jobs.merge({path("dev/alpha"): app(PAST)})
    jobs.pull()
    observe(jobs)
    file = jobs.checkout.root / "observed/main.json"
    data = observed(jobs)
    match spoil:
        case "missing":
            file.unlink()
        case "cut off":
            file.write_text(file.read_text()[:-20])
        case "of another account":
            file.write_text(json.dumps(data | {"account": "other"}))
        case "old":
            file.write_text(json.dumps(data | {"moment": (datetime.now(UTC) - timedelta(hours=3)).isoformat()}))
        case _:
            file.write_text(json.dumps(data | {"also": []}))

    told = report(jobs)

    assert told.returncode == 1
    assert "Traceback" not in told.stderr
    assert jobs.outputs == {}


@pytest.mark.parametrize("listing", ["/commits/*/pulls", "/issues/*/comments"])
@pytest.mark.parametrize(
    "outcome", [Outcome.SERVER_ERROR, Outcome.RATE_LIMIT, Outcome.CUT_OFF, Outcome.NOT_JSON, Outcome.NOT_FOUND]
)
def test_github_that_cannot_be_listed_stops(jobs: Jobs, listing: str, outcome: Outcome) -> None:
    jobs.merge({path("dev/alpha"): app(PAST), path("dev/beta"): app(SOON)})
    jobs.pull()
    observe(jobs)
    jobs.github.forget_calls()
    jobs.github.fault("GET", listing, outcome)

    told = report(jobs)

    assert told.returncode == 1
    assert "GitHub" in told.stderr
    assert jobs.outputs == {}
    assert jobs.github.writes == []


def test_an_empty_list_of_pull_requests_announces_nothing_and_removes_nothing_more(jobs: Jobs) -> None:
    number = jobs.merge({path("dev/beta"): app(SOON)})
    jobs.pull()
    observe(jobs)
    jobs.github.fault("GET", "/commits/*/pulls", Outcome.EMPTY_LIST)

    told = report(jobs)

    assert told.returncode == 0, told.stderr
    assert removed(jobs) == []
    assert jobs.github.comments_of_ours(number) == []
    assert "not warned" in jobs.summary


def test_what_was_extended_meanwhile_stays(jobs: Jobs) -> None:
    jobs.merge({path("dev/alpha"): app(PAST)})
    jobs.pull()
    observe(jobs)
    jobs.merge({path("dev/alpha"): app(LATER)})
    jobs.pull()

    report(jobs)

    assert removed(jobs) == []
    assert "dev/alpha" in jobs.summary


def test_without_an_account_all_that_are_reached_are_shown(jobs: Jobs) -> None:
    jobs.merge({path("dev/alpha"): app(PAST)})
    jobs.pull()

    whole = jobs.run("reap")
    unclear = jobs.run("reap", "--save", "observed/main.json")
    unknown = jobs.run("reap", "--account", "other")

    assert whole.returncode == 0, whole.stderr
    assert "dev/alpha" in whole.stdout
    assert (unclear.returncode, unknown.returncode) == (1, 1)
    assert "choose it with --account" in unclear.stderr
    assert "the account other is not declared; declared are: main" in unknown.stderr


WRONG = "kind: ad-hoc-app\nimagge: v1\n"


def test_what_is_wrong_is_kept_and_stops_no_other(jobs: Jobs) -> None:
    jobs.merge({path("dev/alpha"): app(PAST), path("dev/wrong"): WRONG})
    jobs.pull()
    for name in ("dev/alpha", "dev/wrong"):
        jobs.checkout.create_stack(name)

    seen, told = observe(jobs), report(jobs)

    assert (seen.returncode, told.returncode) == (1, 1)
    assert "environments/dev/wrong.yaml:1:1: expires: is missing" in seen.stderr
    assert removed(jobs) == ["dev/alpha"]
    assert "its declaration is wrong" in jobs.summary


def test_what_collides_with_another_expires_all_the_same(jobs: Jobs) -> None:
    jobs.merge({path("dev/pr-100"): app(LATER), path("dev/pr-259"): app(PAST)})
    jobs.pull()

    observe(jobs)
    report(jobs)

    assert removed(jobs) == ["dev/pr-259"]


def test_a_wrong_file_that_was_removed_and_came_back_is_declared(jobs: Jobs) -> None:
    jobs.merge({path("dev/alpha"): app(LATER)})
    jobs.merge({path("dev/alpha"): None})
    jobs.merge({path("dev/alpha"): WRONG})
    jobs.pull()
    jobs.checkout.create_stack("dev/alpha")

    observe(jobs)
    report(jobs)

    assert removed(jobs) == []
    assert set(jobs.checkout.statuses()) == {"dev-alpha"}


def test_while_a_file_may_be_meant_as_its_declaration_nothing_undeclared_goes(jobs: Jobs) -> None:
    jobs.merge({path("dev/alpha"): app(LATER), path("dev/beta"): app(PAST)})
    jobs.merge({path("dev/alpha"): None, "environments/dev/alpha.yml": app(LATER)})
    jobs.pull()
    jobs.checkout.create_stack("dev/alpha")

    observe(jobs)
    report(jobs)

    assert removed(jobs) == ["dev/beta"]
    assert "may be meant as its declaration" in jobs.summary
