"""deploy.yml, run: what is merged is deployed in waves, and what is removed is destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fake_github.faults import Outcome
from tests.workflows.harness import declarations
from tests.workflows.harness.world import in_days

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.workflows.harness.act import Run
    from tests.workflows.harness.world import World

pytestmark = pytest.mark.scenario

ALPHA = "environments/dev/alpha.yaml"


def ran(run: Run | None) -> dict[str, str]:
    """The jobs that ran."""
    return {} if run is None else {name: result for name, result in run.jobs.items() if result != "skipped"}


def changes_aws(world: World) -> list[str]:
    """What jobs have asked AWS to change."""
    names = ("CreateChangeSet", "ExecuteChangeSet", "DeleteStack", "UpdateStack", "CreateStack")
    return [call.action for call in world.aws_calls if call.action in names]


def test_one_app_that_fails_stops_no_other_and_makes_the_run_red(world: World) -> None:
    run = world.push(
        {
            "environments/dev/beta.yaml": declarations.app(in_days(7), behaviour="fails"),
            "environments/dev/gamma.yaml": declarations.app(in_days(7)),
        }
    )

    assert ran(run) == {
        "affected": "success",
        "apps dev/beta": "failure",
        "apps dev/gamma": "success",
        "report": "success",
    }
    assert run is not None
    assert not run.succeeded
    assert world.stacks["dev-gamma"] == "CREATE_COMPLETE"
    assert world.stacks.get("dev-beta") != "CREATE_COMPLETE"
    assert {deployment.state for deployment in world.github.deployments("dev/beta")} == {"failure"}


def test_a_change_of_code_is_deployed_in_waves_and_a_second_run_does_nothing(world: World) -> None:
    changed = declarations.SMALL_APP.read_text().replace('f"{environment.name} {image}"', 'f"{environment.name} new"')
    run = world.push({"app.py": changed})

    everything = {
        "affected": "success",
        "accounts accounts/main": "success",
        "bases dev/base": "success",
        "apps dev/alpha": "success",
        "report": "success",
    }
    assert ran(run) == everything
    assert set(world.stacks.values()) == {"UPDATE_COMPLETE"}
    order = [world.github.deployments(name)[0].id for name in ("accounts/main", "dev/base", "dev/alpha")]
    assert order == sorted(order)

    world.forget_calls()
    again = world.dispatch("deploy")

    assert ran(again) == everything
    assert changes_aws(world) == []


def test_a_push_that_is_delivered_again_deploys_nothing_again(world: World) -> None:
    before = world.github.head()
    world.push({ALPHA: declarations.app(in_days(7), image="v1.1.0")})

    assert ran(world.deliver_push(before, world.github.head())) == {"affected": "success", "report": "success"}


def test_pushes_that_started_no_run_are_made_up_for_by_the_next(make_world: Callable[..., World]) -> None:
    world = make_world(alpha=declarations.app(in_days(7)), beta=declarations.app(in_days(7)))
    world.push({"environments/dev/beta.yaml": None}, deliver=False)
    world.push({"environments/dev/gamma.yaml": declarations.app(in_days(7))}, deliver=False)
    run = world.push({"README.md": "A text."})

    assert ran(run) == {
        "affected": "success",
        "apps dev/gamma": "success",
        "removed-apps-approve dev/beta": "success",
        "removed-apps dev/beta": "success",
        "report": "success",
    }
    assert set(world.stacks) == {"accounts-main", "dev-base", "dev-alpha", "dev-gamma"}


def test_what_is_wrong_is_refused_and_named_and_the_rest_is_deployed(world: World) -> None:
    number, _ = world.open_pull_request(
        {
            "environments/dev/beta.yaml": "kind: ad-hoc-app\n",
            "environments/dev/gamma.yaml": declarations.app(in_days(7)),
        },
        branch="beta-and-gamma",
    )
    run = world.merge(number)

    assert ran(run) == {
        "affected": "success",
        "refused": "failure",
        "apps dev/gamma": "success",
        "report": "success",
    }
    assert "dev/beta.yaml:1:1: expires: is missing" in run.log_of("refused")
    (report,) = world.github.comments_of_ours(number)
    assert "1 of 2 environments failed" in report
    assert "dev/beta.yaml:1:1: expires: is missing" in report
    assert "dev-beta" not in world.stacks
    checked = world.play("declarations", "workflow_dispatch", world.github.dispatch_event("declarations"))
    assert ran(checked) == {"validate": "failure"}
    assert "dev/beta.yaml:1:1: expires: is missing" in world.github.issues[-1].body

    assert ran(world.push({"environments/dev/beta.yaml": declarations.app(in_days(7))})) == {
        "affected": "success",
        "apps dev/beta": "success",
        "report": "success",
    }


def test_a_push_whose_comparison_failed_is_made_up_for_by_the_next(world: World) -> None:
    world.github.fault("GET", "/actions/workflows/*/runs", Outcome.FORBIDDEN)
    failed = world.push({"environments/dev/beta.yaml": declarations.app(in_days(7))})
    world.github.heal()
    assert ran(failed) == {"affected": "failure"}
    run = world.push({"environments/dev/gamma.yaml": declarations.app(in_days(7))})

    assert ran(run) == {
        "affected": "success",
        "apps dev/beta": "success",
        "apps dev/gamma": "success",
        "report": "success",
    }


def test_a_setting_that_is_too_weak_stops_jobs_before_they_take_a_role(world: World) -> None:
    world.github.state.settings.environments["deploy"].refs = None
    run = world.push({ALPHA: declarations.app(in_days(8))})

    assert ran(run) == {"affected": "success", "apps dev/alpha": "failure", "report": "success"}
    assert run is not None
    assert run.failed_steps == ["apps dev/alpha: Settings of GitHub"]
    assert "environment deploy: branches and tags: all branches and tags" in run.log_of("apps dev/alpha")
    assert run.roles == ()


def test_a_base_that_fails_keeps_back_what_stands_on_it(world: World) -> None:
    base = declarations.base("dev").replace("domain: dev.", "domain: fails.dev.")
    run = world.push(
        {"environments/dev/base.yaml": base, "environments/dev/beta.yaml": declarations.app(in_days(7))},
    )

    assert ran(run) == {"affected": "success", "bases dev/base": "failure", "report": "success"}
    assert "dev-beta" not in world.stacks


def test_a_merge_that_removes_a_file_destroys_its_environment_and_says_so(world: World) -> None:
    number, planned = world.open_pull_request({ALPHA: None}, branch="without-alpha")
    (plan,) = world.github.comments_of_ours(number)
    assert planned.succeeded
    assert "destroy" in plan
    world.forget_calls()

    run = world.merge(number)

    assert ran(run) == {
        "affected": "success",
        "removed-apps-approve dev/alpha": "success",
        "removed-apps dev/alpha": "success",
        "report": "success",
    }
    assert run.roles == (("removed-apps", "destroy"),)
    assert set(world.stacks) == {"accounts-main", "dev-base"}
    assert changes_aws(world) == ["DeleteStack"]
    (report,) = world.github.comments_of_ours(number)
    assert "destroyed" in report


def test_more_removals_than_a_base_allows_are_refused_and_the_rest_is_deployed(
    make_world: Callable[..., World],
) -> None:
    apps = {name: declarations.app(in_days(7)) for name in ("one", "two", "three", "four")}
    world = make_world(**apps)
    removed: dict[str, str | None] = {f"environments/dev/{name}.yaml": None for name in apps}
    run = world.push({**removed, "environments/dev/beta.yaml": declarations.app(in_days(7))})

    assert ran(run) == {
        "affected": "success",
        "refused": "failure",
        "apps dev/beta": "success",
        "report": "success",
    }
    assert run is not None
    assert "dev/four is left as it is: " in run.log_of("refused")
    assert "max_removals" in run.log_of("refused")
    assert {"dev-one", "dev-two", "dev-three", "dev-four", "dev-beta"} < set(world.stacks)


def test_production_follows_with_a_role_of_its_own(world: World) -> None:
    run = world.push(
        {
            "environments/prod/base.yaml": declarations.base("prod", "10.30.0.0/16", kind="prod-base"),
            "environments/prod/app.yaml": declarations.production_app(),
        }
    )

    assert ran(run) == {
        "affected": "success",
        "production-bases-approve prod/base": "success",
        "production-bases prod/base": "success",
        "production-apps-approve prod/app": "success",
        "production-apps prod/app": "success",
        "report": "success",
    }
    assert run is not None
    assert run.roles == (("production-apps", "production"), ("production-bases", "production"))
    assert {deployment.state for deployment in world.github.deployments("prod/app")} == {"success"}


def test_a_base_goes_after_its_apps_and_none_of_their_deployments_stays_active(world: World) -> None:
    files = {
        "environments/qa/base.yaml": declarations.base("qa", "10.40.0.0/16"),
        "environments/qa/one.yaml": declarations.app(in_days(7)),
    }
    world.push(files)
    assert {"qa-base", "qa-one"} < set(world.stacks)

    run = world.push(dict.fromkeys(files))

    assert ran(run) == {
        "affected": "success",
        "removed-apps-approve qa/one": "success",
        "removed-apps qa/one": "success",
        "removed-bases-approve qa/base": "success",
        "removed-bases qa/base": "success",
        "report": "success",
    }
    assert not {"qa-base", "qa-one"} & set(world.stacks)
    for name in ("qa/base", "qa/one"):
        assert {deployment.state for deployment in world.github.deployments(name)} == {"inactive"}


def test_somebody_deploys_one_environment_again_by_hand(world: World) -> None:
    run = world.dispatch("deploy", environment="dev/alpha")

    assert ran(run) == {"affected": "success", "apps dev/alpha": "success", "report": "success"}
    assert changes_aws(world) == []


def test_an_older_run_leaves_to_a_newer_one_what_that_deploys(world: World) -> None:
    before = world.github.head()
    older = world.github.commit({ALPHA: declarations.app(in_days(7), image="v1.1.0")})
    world.github.commit({ALPHA: declarations.app(in_days(7), image="v1.2.0")})

    run = world.deliver_push(before, older)

    assert ran(run) == {"affected": "success", "apps dev/alpha": "success", "report": "success"}
    assert "superseded" in run.log_of("apps dev/alpha")
    assert changes_aws(world) == []
