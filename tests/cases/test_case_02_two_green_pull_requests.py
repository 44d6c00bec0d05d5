"""Two changes that are right each and wrong together: the one that is deployed keeps what it has, the other waits."""

from pathlib import Path

import pytest

from tests.gitops.checkouts import Checkout

INPUT = Path(__file__).parent / "inputs" / "02-two-green-pull-requests"
COLLISION = "a listener rule would have the priority 32111"


@pytest.fixture
def collided(checkout: Checkout) -> Checkout:
    """A base that is deployed, and dev/pr-100 and dev/pr-259 on it, with a listener rule of the same priority."""
    checkout.base("dev")
    assert checkout.gitops("deploy", "--all").returncode == 0
    for name in ("pr-100", "pr-259"):
        checkout.write(f"dev/{name}.yaml", (INPUT / "pr-26.yaml").read_text())
    return checkout


def apps(checkout: Checkout) -> set[str]:
    return checkout.statuses().keys() - {"accounts-main", "dev-base"}


@pytest.mark.parametrize(("deployed", "newcomer"), [("pr-100", "pr-259"), ("pr-259", "pr-100")])
def test_the_one_that_is_deployed_goes_on_and_the_newcomer_waits(
    collided: Checkout, deployed: str, newcomer: str
) -> None:
    collided.create_stack(f"dev/{deployed}")

    refused = collided.gitops("deploy", f"dev/{newcomer}")
    assert refused.returncode == 1
    assert f"dev/{newcomer}.yaml:1:1: services.web: {COLLISION}, as one of web in dev/{deployed}" in refused.stderr
    assert apps(collided) == {f"dev-{deployed}"}

    updated = collided.gitops("deploy", f"dev/{deployed}")
    assert updated.returncode == 0, updated.stderr

    all_of_them = collided.gitops("deploy", "--all")
    assert all_of_them.returncode == 1
    assert f"dev/{deployed}" in all_of_them.stdout
    assert f"dev/{newcomer}" not in all_of_them.stdout
    assert apps(collided) == {f"dev-{deployed}"}


def test_of_two_that_are_not_deployed_the_first_by_name_is(collided: Checkout) -> None:
    assert collided.gitops("deploy", "dev/pr-259").returncode == 1
    assert apps(collided) == set()

    assert collided.gitops("deploy", "--all").returncode == 1
    assert apps(collided) == {"dev-pr-100"}


def test_both_can_be_destroyed(collided: Checkout) -> None:
    for name in ("pr-100", "pr-259"):
        collided.create_stack(f"dev/{name}")

    status = collided.gitops("status")
    first = collided.gitops("destroy", "dev/pr-259", "--yes")
    second = collided.gitops("destroy", "dev/pr-100", "--yes")

    assert status.returncode == 1
    assert COLLISION in status.stderr
    assert "NO" not in status.stdout
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert apps(collided) == set()


def test_apps_that_shared_a_database_of_the_cache_have_caches_of_their_own(checkout: Checkout) -> None:
    checkout.base("dev")
    for name in ("pr-26", "pr-76"):
        checkout.write(f"dev/{name}.yaml", (INPUT / f"{name}.yaml").read_text())

    deployed = checkout.gitops("deploy", "--all")

    assert deployed.returncode == 0, deployed.stderr
    assert apps(checkout) == {"dev-pr-26", "dev-pr-76"}


def limited(checkout: Checkout, most: int) -> None:
    file = checkout.root / "environments/dev/base.yaml"
    text = "".join(line for line in file.read_text().splitlines(keepends=True) if not line.startswith("policy:"))
    file.write_text(f"{text}policy: {{max_environments: {most}}}\n")


@pytest.mark.parametrize("declared", [True, False])
def test_a_base_takes_no_more_environments_than_its_policy_allows(checkout: Checkout, *, declared: bool) -> None:
    checkout.base("dev")
    limited(checkout, 1)
    assert checkout.gitops("deploy", "--all").returncode == 0
    checkout.create_stack("dev/later")
    if declared:
        checkout.app("dev/later")
    checkout.app("dev/alpha")

    refused = checkout.gitops("deploy", "dev/alpha")

    assert refused.returncode == 1
    assert "1 are allowed" in refused.stderr
    assert apps(checkout) == {"dev-later"}


def test_a_host_name_is_that_of_the_environment_that_has_it(checkout: Checkout) -> None:
    checkout.base("prod", domain="example.com")
    checkout.base("prod2", domain="example.com", cidr="10.30.0.0/16")
    assert checkout.gitops("deploy", "--all").returncode == 0
    for name in ("prod2/app", "prod/app"):
        checkout.app(name)
    checkout.create_stack("prod/app", kind="prod-app")

    refused = checkout.gitops("deploy", "prod2/app")

    assert refused.returncode == 1
    assert "prod2/app.yaml:1:1: would answer at app.example.com, as prod/app does" in refused.stderr
    assert "prod2-app" not in checkout.statuses()
