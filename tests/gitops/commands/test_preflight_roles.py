"""The roles of jobs that deploy may ask for everything that the preflight check looks at."""

import boto3
import pytest

from gitops.github.model import RepositoryIdentity
from tests.gitops.checkouts import Checkout
from tests.gitops.commands.test_preflight import states
from tests.smoke import job_roles
from tests.workflows.harness import roles

REPOSITORY = RepositoryIdentity(name="example/environments", id=1296269, owner_id=583231)
"""Of the reviewed template, from which the roles are."""


@pytest.fixture
def declared(checkout: Checkout) -> Checkout:
    checkout.base("dev")
    certificate = f"arn:aws:acm:us-east-1:{checkout.account_id}:certificate/0a1b2c3d-0000-4000-8000-000000000000"
    folder = checkout.root / "environments" / "dev"
    more = f"certificate_arn: {certificate}\nmail: true\n"
    (folder / "base.yaml").write_text((folder / "base.yaml").read_text() + more)
    checkout.app("dev/alpha")
    (folder / "alpha.yaml").write_text((folder / "alpha.yaml").read_text() + "secrets: {DSN: dev/sentry:dsn}\n")
    checkout.prepare()
    return checkout


@pytest.mark.parametrize("environment", ["deploy", "production"])
def test_a_role_that_deploys_may_ask_for_all_that_is_needed(environment: str, declared: Checkout) -> None:
    made = roles.make(declared.client("iam"), declared.account_id)
    environ = declared.environ()
    session = job_roles.session(environ, REPOSITORY, environment, made[environment])

    result = declared.gitops("preflight", "--target", "aws", BOOTSTRAP="needed", **{**environ, **session})

    found = states(result.stdout)
    assert {name.partition(" ")[0] for name in found} >= {"CDK", "certificate", "hosted", "identity", "image", "secret"}
    assert "not authorized" not in result.stdout + result.stderr
    # A deployment asks whether SES is in its sandbox, and goes on without an answer.
    ses = boto3.client(
        "sesv2",
        endpoint_url=environ["AWS_ENDPOINT_URL"],
        region_name=environ["AWS_REGION"],
        aws_access_key_id=session["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=session["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=session["AWS_SESSION_TOKEN"],
    )
    assert ses.get_account()["SendingEnabled"]
