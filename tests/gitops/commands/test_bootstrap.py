import pytest

from constructs_lib.config.naming import BOOTSTRAP_QUALIFIER, TOOLKIT_STACK
from gitops.deploy.bootstrapping import SERVICES_WITH_LINKED_ROLES
from tests.gitops.checkouts import REPOSITORY, Checkout

OTHER = """\
kind: account
id: "{account}"
region: eu-central-1
repositories: [microblog]
"""
GITHUB = "github: {repository: example/environments}\n"


@pytest.fixture
def whole_checkout(checkout: Checkout) -> Checkout:
    """A checkout with the repository's own app.py."""
    (checkout.root / "app.py").unlink()
    (checkout.root / "app.py").symlink_to(REPOSITORY / "app.py")
    return checkout


def test_an_account_is_set_up_and_what_to_set_on_github_is_printed(whole_checkout: Checkout) -> None:
    checkout = whole_checkout

    result = checkout.gitops("bootstrap")

    assert result.returncode == 0, result.stderr
    (stack,) = checkout.cloudformation().describe_stacks(StackName="accounts-main")["Stacks"]
    roles = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    lines = result.stdout.splitlines()
    assert lines[0] == "On https://github.com/example/environments/settings/environments, no secrets:"
    for environment in ("plan", "deploy", "production", "destroy", "publish"):
        (position,) = (n for n, line in enumerate(lines) if line.startswith(f"  environment {environment} "))
        role = roles[f"{environment.capitalize()}RoleArn"]
        assert lines[position + 1] == f"    variable AWS_ROLE_ARN_MAIN = {role}"
    (toolkit,) = checkout.cloudformation().describe_stacks(StackName=TOOLKIT_STACK)["Stacks"]
    parameters = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in toolkit["Parameters"]}
    assert parameters["Qualifier"] == BOOTSTRAP_QUALIFIER
    # What other CDK apps of the account deploy with is not ours to make or to bound.
    assert "CDKToolkit" not in checkout.statuses()
    boundary = f"arn:aws:iam::{checkout.account_id}:policy/{parameters['InputPermissionsBoundary']}"
    assert checkout.client("iam").get_policy(PolicyArn=boundary)["Policy"]["Arn"] == boundary

    linked = checkout.client("iam").list_roles(PathPrefix="/aws-service-role/")["Roles"]
    assert {role["Path"].split("/")[2] for role in linked} == set(SERVICES_WITH_LINKED_ROLES)
    assert "made the service-linked roles of" in result.stderr

    again = checkout.gitops("bootstrap", "main")

    assert again.returncode == 0, again.stderr
    assert again.stdout == result.stdout
    assert "nothing changed" in again.stderr
    assert "service-linked" not in again.stderr


def test_every_region_in_use_is_bootstrapped_and_every_file_of_the_account_deployed(whole_checkout: Checkout) -> None:
    checkout = whole_checkout
    checkout.write("accounts/main-eu.yaml", OTHER.format(account=checkout.account_id))
    checkout.base("dev")

    result = checkout.gitops("bootstrap", "main-eu")

    assert result.returncode == 0, result.stderr
    assert checkout.statuses()["accounts-main"] == "CREATE_COMPLETE"
    assert checkout.statuses("eu-central-1")["accounts-main-eu"] == "CREATE_COMPLETE"
    for region in ("us-east-1", "eu-central-1"):
        assert checkout.statuses(region)[TOOLKIT_STACK] == "CREATE_COMPLETE"
    assert "dev-base" not in checkout.statuses()
    assert result.stdout.count("settings/environments") == 1


def test_which_account_must_be_clear(checkout: Checkout) -> None:
    unknown = checkout.gitops("bootstrap", "other")
    checkout.write("accounts/other.yaml", OTHER.format(account="999999999999") + GITHUB)
    either = checkout.gitops("bootstrap")

    assert (unknown.returncode, either.returncode) == (1, 1)
    assert "the account other is not declared; declared are: main" in unknown.stderr
    assert "name an account; declared are: main, other" in either.stderr
    assert checkout.statuses() == {}


def test_an_account_that_cannot_be_deployed_is_not_bootstrapped(checkout: Checkout) -> None:
    checkout.create_stack("accounts/main", tags={"owner": "another team"})

    result = checkout.gitops("bootstrap")

    assert result.returncode == 1
    assert "belongs to something else" in result.stderr
    assert TOOLKIT_STACK not in checkout.statuses()
    assert result.stdout == ""
