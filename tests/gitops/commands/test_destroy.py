import pytest

from tests.gitops.checkouts import Checkout

BUCKET = {"Type": "AWS::S3::Bucket"}


def test_an_environment_is_destroyed_and_nothing_else(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    for name in ("dev/base", "dev/alpha", "dev/beta"):
        checkout.create_stack(name)

    result = checkout.gitops("destroy", "dev/alpha", "--yes")

    assert result.returncode == 0, result.stderr
    assert set(checkout.statuses()) == {"dev-base", "dev-beta"}
    assert "environments/dev/alpha.yaml still declares it" in result.stderr


def test_the_file_may_be_gone_and_the_second_time_there_is_nothing_to_do(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.create_stack("dev/alpha")

    first = checkout.gitops("destroy", "dev/alpha", "--yes")
    second = checkout.gitops("destroy", "dev/alpha", "--yes")

    assert first.returncode == 0, first.stderr
    assert "still declares" not in first.stderr
    assert checkout.statuses() == {}
    assert second.returncode == 0
    assert "dev/alpha is not deployed" in second.stderr
    assert "nothing to destroy" in second.stderr


@pytest.mark.parametrize(("declared", "deployed"), [(True, False), (False, True), (True, True)])
def test_a_base_is_refused_while_an_app_stands_on_it(checkout: Checkout, *, declared: bool, deployed: bool) -> None:
    checkout.base("dev")
    checkout.create_stack("dev/base", kind="ad-hoc-base")
    if declared:
        checkout.app("dev/alpha")
    if deployed:
        checkout.create_stack("dev/alpha")

    result = checkout.gitops("destroy", "dev", "--yes", "--confirm", "dev")

    assert result.returncode == 1
    where = {(True, False): "declared", (False, True): "deployed", (True, True): "declared and deployed"}
    assert f"dev/alpha ({where[declared, deployed]})" in result.stderr
    assert "dev-base" in checkout.statuses()


def test_without_a_terminal_consent_must_be_given_on_the_command_line(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.create_stack("dev/alpha", {"Uploads": BUCKET, "Topic": {"Type": "AWS::SNS::Topic"}})

    result = checkout.gitops("destroy", "dev/alpha")

    assert result.returncode == 1
    assert "--yes" in result.stderr
    assert "1 AWS::S3::Bucket" in result.stdout
    assert "1 AWS::SNS::Topic" in result.stdout
    holding_data = result.stdout.split("of which these hold data:")[1]
    assert "AWS::S3::Bucket" in holding_data
    assert "AWS::SNS::Topic" not in holding_data
    assert set(checkout.statuses()) == {"dev-alpha"}


@pytest.mark.parametrize(
    ("name", "kind", "protected", "why"),
    [
        ("prod/app", "prod-app", False, "is production"),
        ("live/app", "prod-app", False, "is production"),
        ("dev/base", "ad-hoc-base", True, "has termination protection"),
    ],
)
def test_production_and_the_protected_need_their_name_once_more(
    checkout: Checkout, name: str, kind: str, why: str, *, protected: bool
) -> None:
    checkout.base(name.partition("/")[0])
    checkout.create_stack(name, kind=kind, protected=protected)

    unconfirmed = checkout.gitops("destroy", name, "--yes")

    assert unconfirmed.returncode == 1
    assert f"{name} {why}" in unconfirmed.stderr
    assert f"--confirm {name}" in unconfirmed.stderr
    assert len(checkout.statuses()) == 1

    mistaken = checkout.gitops("destroy", name, "--yes", "--confirm", "dev/other")

    assert mistaken.returncode == 1
    assert len(checkout.statuses()) == 1

    confirmed = checkout.gitops("destroy", name, "--yes", "--confirm", name)

    assert confirmed.returncode == 0, confirmed.stderr
    assert checkout.statuses() == {}


def test_what_the_template_keeps_is_reported(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.create_stack("dev/alpha", {"Uploads": {**BUCKET, "DeletionPolicy": "Retain"}})

    result = checkout.gitops("destroy", "dev/alpha", "--yes")

    assert result.returncode == 0, result.stderr
    assert "kept: AWS::S3::Bucket" in result.stdout


def test_a_blocked_deletion_is_explained_and_goes_on_once_it_is_put_right(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.create_stack("dev/alpha", {"Uploads": BUCKET})
    bucket = checkout.physical_id("dev-alpha", "Uploads")
    checkout.client("s3").put_object(Bucket=bucket, Key="upload", Body=b"data")

    blocked = checkout.gitops("destroy", "dev/alpha", "--yes")

    assert blocked.returncode == 1
    assert "Uploads (AWS::S3::Bucket)" in blocked.stderr
    assert checkout.statuses() == {"dev-alpha": "DELETE_FAILED"}

    checkout.client("s3").delete_object(Bucket=bucket, Key="upload")
    again = checkout.gitops("destroy", "dev/alpha", "--yes")

    assert again.returncode == 0, again.stderr
    assert checkout.statuses() == {}


def test_a_stack_of_that_name_without_the_tag_is_left_alone(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.create_stack("dev/alpha", tags={})

    result = checkout.gitops("destroy", "dev/alpha", "--yes")

    assert result.returncode == 1
    assert "not tagged as dev/alpha" in result.stderr
    assert set(checkout.statuses()) == {"dev-alpha"}


def test_a_base_stays_while_a_file_that_cannot_be_read_is_on_it(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.create_stack("dev/base", kind="ad-hoc-base")
    checkout.write("dev/alpha.yaml", "kind: [")

    result = checkout.gitops("destroy", "dev", "--yes", "--confirm", "dev")

    assert result.returncode == 1
    assert "dev/alpha (declared)" in result.stderr
    assert set(checkout.statuses()) == {"dev-base"}


def test_nothing_is_destroyed_with_credentials_of_another_account(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.create_stack("dev/alpha")
    environ = checkout.environ("999999999999")

    result = checkout.gitops("destroy", "dev/alpha", "--yes", "--target", "aws", **environ)

    assert result.returncode == 1
    assert "999999999999" in result.stderr
    assert set(checkout.statuses()) == {"dev-alpha"}


def test_an_environment_whose_base_is_gone_too_is_found_in_a_region_that_is_named(checkout: Checkout) -> None:
    checkout.create_stack("dev/base", kind="ad-hoc-base", region="eu-central-1")

    unseen = checkout.gitops("destroy", "dev", "--yes")

    assert "not deployed in" in unseen.stderr
    assert "us-east-1" in unseen.stderr

    found = checkout.gitops("destroy", "dev", "--yes", "--region", "eu-central-1")

    assert found.returncode == 0, found.stderr
    assert checkout.statuses("eu-central-1") == {}


def test_an_account_is_not_destroyed_whatever_is_said(checkout: Checkout) -> None:
    checkout.create_stack("accounts/main", kind="account")

    result = checkout.gitops("destroy", "accounts/main", "--yes", "--confirm", "accounts/main")

    assert result.returncode == 1
    assert "gitops does not destroy accounts/main" in result.stderr
    assert checkout.statuses() == {"accounts-main": "CREATE_COMPLETE"}
