"""Case 06: a base moves to another region. Its stack, and all data in it, stays where it was, and is not forgotten."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.gitops.checkouts import Checkout

HERE, THERE = "eu-central-1", "us-east-1"
TABLE = {
    "Notes": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    }
}


def git(checkout: Checkout, *arguments: str) -> None:
    identity = ("-c", "user.name=it", "-c", "user.email=it@localhost", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=checkout.root, check=True, capture_output=True)


def commit(checkout: Checkout) -> None:
    git(checkout, "add", "environments")
    git(checkout, "commit", "--message", "declare")


def move(checkout: Checkout, region: str, consent: str = "") -> None:
    file = checkout.root / "environments" / "dev" / "base.yaml"
    lines = [line for line in file.read_text().splitlines() if not line.startswith(("region:", "allow_replacement:"))]
    file.write_text("\n".join([*lines, f"region: {region}", *([consent] if consent else [])]) + "\n")


@pytest.fixture
def moved(checkout: Checkout) -> Checkout:
    """A checkout whose base was deployed in one region and is declared in another one."""
    git(checkout, "init", "--initial-branch", "main")
    checkout.base("dev")
    move(checkout, HERE)
    commit(checkout)
    checkout.create_stack("dev/base", TABLE, kind="ad-hoc-base", region=HERE)
    move(checkout, THERE)
    commit(checkout)
    return checkout


def test_status_and_drift_show_the_stack_that_stayed(moved: Checkout) -> None:
    status = moved.gitops("status")
    drift = moved.gitops("drift")

    rows = [line for line in status.stdout.splitlines() if line.startswith("dev/base")]
    assert len(rows) == 2
    assert "not deployed" in rows[0]
    assert "NO" in rows[1]
    assert HERE in rows[1]
    assert drift.returncode == 1
    assert "not declared" in drift.stdout
    assert HERE in drift.stdout


def test_without_history_only_declared_regions_are_searched(moved: Checkout) -> None:
    (moved.root / ".git").rename(moved.root / "no-history")

    status = moved.gitops("status")

    assert status.returncode == 0
    assert "dev/base" in status.stdout
    assert HERE not in status.stdout


def test_a_new_stack_beside_the_data_of_the_old_one_takes_consent(moved: Checkout) -> None:
    refused = moved.gitops("deploy", "dev")

    assert refused.returncode == 1
    assert f"Notes (AWS::DynamoDB::Table): stays in aws://{moved.account_id}/{HERE}" in refused.stderr
    assert "allow_replacement" in refused.stderr
    assert "dev-base" not in moved.statuses(THERE)

    until = datetime.now(UTC).date() + timedelta(days=3)
    move(moved, THERE, f"allow_replacement: [{{resource: Notes, until: {until}, reason: the data was copied}}]")
    deployed = moved.gitops("deploy", "dev")

    assert deployed.returncode == 0, deployed.stderr
    assert moved.statuses(THERE)["dev-base"] == "CREATE_COMPLETE"
    assert moved.statuses(HERE) == {"dev-base": "CREATE_COMPLETE"}


def test_the_stack_that_stayed_is_destroyed_in_its_region_and_no_other(moved: Checkout) -> None:
    moved.create_stack("dev/base", kind="ad-hoc-base", region=THERE)
    moved.create_stack("dev/alpha", region=THERE)

    destroyed = moved.gitops("destroy", "dev", "--region", HERE, "--yes")

    assert destroyed.returncode == 0, destroyed.stderr
    assert moved.statuses(HERE) == {}
    assert moved.statuses(THERE) == {"dev-base": "CREATE_COMPLETE", "dev-alpha": "CREATE_COMPLETE"}
    assert "still declared, in another place" in destroyed.stderr
    again = moved.gitops("destroy", "dev", "--region", HERE, "--yes")
    assert again.returncode == 0
    assert "nothing to destroy" in again.stderr


def test_without_a_region_the_declared_one_is_meant(moved: Checkout) -> None:
    moved.create_stack("dev/base", kind="ad-hoc-base", region=THERE)

    destroyed = moved.gitops("destroy", "dev", "--yes")

    assert destroyed.returncode == 0, destroyed.stderr
    assert (moved.statuses(HERE), moved.statuses(THERE)) == ({"dev-base": "CREATE_COMPLETE"}, {})


def test_a_base_with_apps_beside_it_in_the_old_region_stays(moved: Checkout) -> None:
    moved.create_stack("dev/alpha", region=HERE)

    refused = moved.gitops("destroy", "dev", "--region", HERE, "--yes")

    assert refused.returncode == 1
    assert "dev/alpha (deployed)" in refused.stderr
    assert set(moved.statuses(HERE)) == {"dev-base", "dev-alpha"}


def test_several_stacks_of_what_is_declared_nowhere_are_told_apart_by_region(moved: Checkout) -> None:
    moved.create_stack("dev/base", kind="ad-hoc-base", region=THERE)
    git(moved, "rm", "--quiet", "-r", "environments/dev")
    commit(moved)

    refused = moved.gitops("destroy", "dev", "--yes")
    destroyed = moved.gitops("destroy", "dev", "--region", THERE, "--yes")

    assert refused.returncode == 1
    assert "gitops destroy dev/base --region REGION" in refused.stderr
    assert destroyed.returncode == 0, destroyed.stderr
    assert (moved.statuses(HERE), moved.statuses(THERE)) == ({"dev-base": "CREATE_COMPLETE"}, {})
