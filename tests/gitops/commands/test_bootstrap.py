import pytest

from constructs_lib.config.naming import BOOTSTRAP_QUALIFIER, LINKED_ROLES_OF_BOOTSTRAP, TOOLKIT_STACK
from gitops.commands.bootstrap import AD_HOC_APPROVAL_RULES, APPROVAL_RULES
from tests.gitops.checkouts import REPOSITORY, Checkout

OTHER = """\
kind: account
id: "{account}"
region: eu-central-1
repositories: [microblog]
"""
GITHUB = "github: {repository: example/environments, owner_id: 583231, repository_id: 1296269}\n"
TRUSTED = GITHUB.replace("}", ", existing_oidc_provider: true}")


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
    for name in ("production-approval", "destroy-approval"):
        assert f"  environment {name} ({APPROVAL_RULES})" in lines
    assert f"  environment ad-hoc-destroy-approval ({AD_HOC_APPROVAL_RULES})" in lines
    assert "Delegate" not in result.stdout, "the account makes no zone"
    (toolkit,) = checkout.cloudformation().describe_stacks(StackName=TOOLKIT_STACK)["Stacks"]
    parameters = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in toolkit["Parameters"]}
    assert parameters["Qualifier"] == BOOTSTRAP_QUALIFIER
    deploy_role = f"cdk-{BOOTSTRAP_QUALIFIER}-deploy-role-{checkout.account_id}-us-east-1"
    policy = checkout.client("iam").get_role_policy(RoleName=deploy_role, PolicyName="gitops-read-parameters")
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "ssm:GetParameters",
            "Resource": [
                f"arn:aws:ssm:us-east-1:{checkout.account_id}:parameter/gitops/*",
                "arn:aws:ssm:us-east-1::parameter/aws/service/ami-amazon-linux-latest/*",
            ],
        }
    ]
    # What other CDK apps of the account deploy with is not ours to make or to bound.
    assert "CDKToolkit" not in checkout.statuses()
    boundary = f"arn:aws:iam::{checkout.account_id}:policy/{parameters['InputPermissionsBoundary']}"
    assert checkout.client("iam").get_policy(PolicyArn=boundary)["Policy"]["Arn"] == boundary

    linked = checkout.client("iam").list_roles(PathPrefix="/aws-service-role/")["Roles"]
    assert {role["Path"].split("/")[2] for role in linked} == set(LINKED_ROLES_OF_BOOTSTRAP)
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


NO_GITHUB = """\
kind: account
id: "{account}"
region: us-east-1
"""
PROVIDER = "https://token.actions.githubusercontent.com"


def declare(checkout: Checkout, text: str) -> None:
    checkout.write("accounts/main.yaml", NO_GITHUB.format(account=checkout.account_id) + text)


def types(checkout: Checkout) -> set[str]:
    resources = checkout.cloudformation().describe_stack_resources(StackName="accounts-main")["StackResources"]
    return {resource["ResourceType"] for resource in resources}


def test_a_provider_that_the_account_has_already_is_used_once_that_is_declared(whole_checkout: Checkout) -> None:
    checkout = whole_checkout
    iam = checkout.client("iam")
    made = iam.create_open_id_connect_provider(Url=PROVIDER, ClientIDList=["another"], ThumbprintList=[])
    arn = made["OpenIDConnectProviderArn"]

    refused = checkout.gitops("bootstrap")
    declare(checkout, TRUSTED)
    without_audience = checkout.gitops("bootstrap")

    assert (refused.returncode, without_audience.returncode) == (1, 1)
    assert f"the account has {arn} already; to use it, add `existing_oidc_provider: true`" in refused.stderr
    assert "aws iam add-client-id-to-open-id-connect-provider" in without_audience.stderr
    assert checkout.statuses() == {}

    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    iam.create_open_id_connect_provider(Url=PROVIDER, ClientIDList=["sts.amazonaws.com"], ThumbprintList=[])
    result = checkout.gitops("bootstrap")

    assert result.returncode == 0, result.stderr
    assert "AWS::IAM::Role" in types(checkout)
    assert "AWS::IAM::OIDCProvider" not in types(checkout)


def test_a_provider_declared_as_existing_must_exist_and_be_none_of_the_stack_s(whole_checkout: Checkout) -> None:
    checkout = whole_checkout
    declare(checkout, TRUSTED)
    missing = checkout.gitops("bootstrap")
    declare(checkout, GITHUB)
    made = checkout.gitops("bootstrap")
    declare(checkout, TRUSTED)
    own = checkout.gitops("bootstrap")

    assert (missing.returncode, made.returncode, own.returncode) == (1, 0, 1)
    assert "remove `existing_oidc_provider`, and the stack makes it" in missing.stderr
    assert "would delete the provider that this stack has made" in own.stderr
    assert "AWS::IAM::OIDCProvider" in types(checkout)


def test_a_second_hosted_zone_for_a_domain_is_not_made(whole_checkout: Checkout) -> None:
    checkout = whole_checkout
    zone = checkout.client("route53").create_hosted_zone(Name="example.com", CallerReference="another")["HostedZone"]
    checkout.client("route53").create_hosted_zone(Name="other.example.com", CallerReference="unrelated")
    declare(checkout, GITHUB + "domain: example.com\n")

    refused = checkout.gitops("bootstrap")

    assert refused.returncode == 1
    assert f"`hosted_zone_id: {zone['Id'].rpartition('/')[2]}`" in refused.stderr
    assert checkout.statuses() == {}

    declare(checkout, GITHUB + "domain: new.example.com\n")
    made = checkout.gitops("bootstrap")
    again = checkout.gitops("bootstrap")

    assert (made.returncode, again.returncode) == (0, 0), made.stderr
    assert "AWS::Route53::HostedZone" in types(checkout)


def test_how_to_delegate_the_domain_of_a_zone_that_was_made_is_printed(whole_checkout: Checkout) -> None:
    checkout = whole_checkout
    declare(checkout, "domain: new.example.com\n" + GITHUB)

    result = checkout.gitops("bootstrap")

    assert result.returncode == 0, result.stderr
    (listed,) = checkout.client("route53").list_hosted_zones()["HostedZones"]
    zone = listed["Id"].rpartition("/")[2]
    (stack,) = checkout.cloudformation().describe_stacks(StackName="accounts-main")["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    settings, _, delegation = result.stdout.partition("The hosted zone of new.example.com is ")
    assert settings.splitlines()[-1].startswith("  environment "), "delegation comes last"
    heading, delegate, where, *servers = delegation.splitlines()
    assert heading == f"{zone}: `hosted_zone_id` of its bases."
    assert delegate.startswith("Delegate new.example.com to these name servers before a base is deployed")
    assert "zone of the parent domain" in where
    assert servers == [f"  {server}" for server in outputs["NameServers"].split()]
    assert len(servers) > 1


def test_repositories_that_exist_become_part_of_the_stack_with_their_images(whole_checkout: Checkout) -> None:
    checkout = whole_checkout
    ecr = checkout.client("ecr")
    ecr.create_repository(repositoryName="microblog")
    ecr.put_image(repositoryName="microblog", imageManifest="{}", imageTag="v1")
    declare(checkout, GITHUB + "repositories: [microblog, frontend]\n")

    first = checkout.gitops("bootstrap")

    assert first.returncode == 0, first.stderr
    assert {r["repositoryName"] for r in ecr.describe_repositories()["repositories"]} >= {"microblog", "frontend"}

    # The account's stack was deleted by an administrator and is made again: the repositories were kept.
    cloudformation = checkout.cloudformation()
    cloudformation.delete_stack(StackName=TOOLKIT_STACK)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=TOOLKIT_STACK, WaiterConfig={"Delay": 1})
    cloudformation.update_termination_protection(StackName="accounts-main", EnableTerminationProtection=False)
    cloudformation.delete_stack(StackName="accounts-main")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="accounts-main", WaiterConfig={"Delay": 1})
    checkout.client("s3").delete_bucket(Bucket=f"cdk-gitops-assets-{checkout.account_id}-us-east-1")
    again = checkout.gitops("bootstrap")

    assert again.returncode == 0, again.stderr
    assert "AWS::ECR::Repository" in types(checkout)
    assert ecr.describe_images(repositoryName="microblog")["imageDetails"][0]["imageTags"] == ["v1"]
