"""Main becomes wrong by itself, as when the source of a seed is removed: that stops nothing but what is wrong."""

from pathlib import Path

import pytest

from tests.gitops.checkouts import Checkout

INPUT = Path(__file__).parent / "inputs" / "01-main-invalid-by-removed-seed"


@pytest.fixture
def seeded(checkout: Checkout) -> Checkout:
    """A base, dev/alpha on it, and dev/copy whose database begins as a copy of that of dev/alpha."""
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.write("dev/copy.yaml", (INPUT / "copy.yaml").read_text())
    return checkout


def remove(checkout: Checkout, name: str) -> None:
    (checkout.root / "environments" / f"{name}.yaml").unlink()


def test_a_copy_that_has_its_database_is_right_without_its_source(seeded: Checkout) -> None:
    assert seeded.gitops("deploy", "--all").returncode == 0
    destroyed = seeded.gitops("destroy", "dev/alpha", "--yes")
    remove(seeded, "dev/alpha")

    validated = seeded.gitops("validate")
    deployed = seeded.gitops("deploy", "dev/copy")
    all_of_them = seeded.gitops("deploy", "--all")
    status = seeded.gitops("status")

    assert destroyed.returncode == 0, destroyed.stderr
    assert "warning: dev/copy: `seed_from` names dev/alpha" in destroyed.stderr
    assert validated.returncode == 0
    assert (
        "dev/copy.yaml:5:23: warning: database.seed_from: the environment dev/alpha is not declared" in validated.stdout
    )
    assert deployed.returncode == 0, deployed.stderr
    assert all_of_them.returncode == 0, all_of_them.stderr
    assert status.returncode == 0
    assert seeded.gitops("destroy", "dev/copy", "--yes").returncode == 0
    assert set(seeded.statuses()) == {"dev-base", "accounts-main"}


def test_a_copy_without_a_database_is_refused_before_anything_is_changed(seeded: Checkout) -> None:
    remove(seeded, "dev/alpha")
    assert seeded.gitops("deploy", "dev").returncode == 0

    refused = seeded.gitops("deploy", "dev/copy")

    assert refused.returncode == 1
    assert "dev/alpha, whose database it would copy, is not deployed" in refused.stderr
    assert set(seeded.statuses()) == {"dev-base"}


WRONG = {
    "a field is unknown": (
        "dev/wrong.yaml",
        "kind: ad-hoc-app\nexpires: 2026-12-05\nimagge: v1\n",
        "dev/wrong.yaml:3:1",
    ),
    "it is no YAML": ("dev/wrong.yaml", "kind: [\n", "dev/wrong.yaml:2:1"),
    "it is empty": ("dev/wrong.yaml", "", "dev/wrong.yaml:1:1: is empty"),
    "its name declares nothing": ("dev/wrong.yml", "kind: ad-hoc-app\n", "dev/wrong.yml:1:1: would be ignored"),
    "another base is wrong": ("qa/base.yaml", "kind: ad-hoc-base\n", "qa/base.yaml:1:1: account: is missing"),
    "another account is wrong": ("accounts/other.yaml", "kind: account\n", "accounts/other.yaml:1:1: id: is missing"),
    "it has no base": ("qa/wrong.yaml", "kind: ad-hoc-app\nexpires: 2026-12-05\n", "qa/wrong.yaml:1:1: has no base"),
}


@pytest.mark.parametrize(("file", "text", "problem"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_file_stops_no_other_environment(checkout: Checkout, file: str, text: str, problem: str) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.app("dev/beta")
    checkout.write(file, text)

    all_of_them = checkout.gitops("deploy", "--all")
    one = checkout.gitops("deploy", "dev/beta")
    status = checkout.gitops("status")
    cost = checkout.gitops("cost")
    drift = checkout.gitops("drift")
    destroyed = checkout.gitops("destroy", "dev/alpha", "--yes")

    for about_all in (all_of_them, status, cost, drift):
        assert about_all.returncode == 1
        assert problem in about_all.stderr
        assert "dev/beta" in about_all.stdout or about_all is drift
    assert one.returncode == 0, one.stderr
    assert problem not in one.stderr
    assert destroyed.returncode == 0, destroyed.stderr
    assert set(checkout.statuses()) == {"accounts-main", "dev-base", "dev-beta"}


def test_a_wrong_environment_is_not_deployed_and_can_be_destroyed(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    assert checkout.gitops("deploy", "--all").returncode == 0
    checkout.write("dev/alpha.yaml", "kind: ad-hoc-app\nexpires: 2026-12-05\nimagge: v1\n")

    deployed = checkout.gitops("deploy", "dev/alpha")
    destroyed = checkout.gitops("destroy", "dev/alpha", "--yes")

    assert deployed.returncode == 1
    assert "dev/alpha.yaml:3:1" in deployed.stderr
    assert destroyed.returncode == 0, destroyed.stderr
    assert "dev-alpha" not in checkout.statuses()


@pytest.mark.parametrize("base", ["kind: ad-hoc-base\naccount: main\n", "kind: [\n"])
def test_an_environment_can_be_destroyed_whatever_is_wrong_with_its_base(checkout: Checkout, base: str) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.create_stack("dev/alpha")
    checkout.write("dev/base.yaml", base)

    deployed = checkout.gitops("deploy", "dev/alpha")
    destroyed = checkout.gitops("destroy", "dev/alpha", "--yes")

    assert deployed.returncode == 1
    assert "dev/alpha.yaml:1:1: is not deployed while dev/base is wrong: environments/dev/base.yaml" in deployed.stderr
    assert destroyed.returncode == 0, destroyed.stderr
    assert checkout.statuses() == {}


@pytest.mark.parametrize("lock", ["{by: octocat, reason: a demo}", "yes please", "{reason: 5}"])
def test_a_lock_in_a_wrong_file_counts(checkout: Checkout, lock: str) -> None:
    checkout.base("dev")
    checkout.create_stack("dev/alpha")
    checkout.write("dev/alpha.yaml", f"kind: ad-hoc-app\nimagge: v1\nlock: {lock}\n")

    result = checkout.gitops("destroy", "dev/alpha", "--yes")

    assert result.returncode == 3
    assert "dev/alpha is locked" in result.stderr
    assert set(checkout.statuses()) == {"dev-alpha"}


def test_a_file_that_cannot_be_read_may_have_a_lock(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.create_stack("dev/alpha")
    checkout.write("dev/alpha.yaml", "kind: [\nlock: {by: octocat}\n")

    result = checkout.gitops("destroy", "dev/alpha", "--yes")

    assert result.returncode == 1
    assert "it is not known whether it is locked" in result.stderr
    assert set(checkout.statuses()) == {"dev-alpha"}
