"""The roles of jobs that deploy may ask for everything that the preflight check looks at."""

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
    (folder / "base.yaml").write_text((folder / "base.yaml").read_text() + f"certificate_arn: {certificate}\n")
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
    assert {name.partition(" ")[0] for name in found} >= {"CDK", "certificate", "hosted", "image", "secret"}
    assert "not authorized" not in result.stdout + result.stderr
