import json

import pytest

from constructs_lib.config.environments import AccountRegion, Environment, load
from constructs_lib.config.model import AdHocBaseConfig
from gitops.aws.ses import Ses
from gitops.aws.session import Session
from gitops.deploy.preflight import prerequisites
from gitops.deploy.preflight.check import run_checks
from gitops.deploy.preflight.prerequisites import prepare
from gitops.deploy.preflight.references import collect, reference_checks
from gitops.errors import UserError
from local_aws.lifecycle import EmbeddedAws
from tests import embedded
from tests.gitops.checkouts import CommandLine, target_of

DIGEST = f"sha256:{'b' * 64}"
APP = "secrets: {SENTRY_DSN: dev/sentry:dsn, OTHER: dev/sentry:other, TOKEN: dev/token}\n"


@pytest.fixture
def environments(bare_checkout: CommandLine) -> list[Environment]:
    bare_checkout.account(embedded.new_account())
    bare_checkout.base("dev")
    bare_checkout.base("qa", cidr="10.30.0.0/16")
    bare_checkout.app("dev/alpha", image="v7")
    bare_checkout.app("dev/beta", image=DIGEST)
    alpha = bare_checkout.root / "environments" / "dev" / "alpha.yaml"
    alpha.write_text(alpha.read_text() + APP)
    return list(load(bare_checkout.root / "environments"))


@pytest.fixture
def where(environments: list[Environment]) -> AccountRegion:
    return AccountRegion(environments[0].account_id, environments[0].region)


@pytest.fixture
def session(embedded_aws: EmbeddedAws, where: AccountRegion) -> Session:
    """A session in an account that has the repository that it declares."""
    made = Session(target_of(embedded_aws))
    made.client("ecr", where).create_repository(repositoryName="microblog")
    return made


def test_afterwards_nothing_is_missing(session: Session, environments: list[Environment]) -> None:
    references = collect(environments)
    assert {finding.state for finding in run_checks(reference_checks(session, references))} == {"missing"}

    prepare(session, environments)

    assert {finding.state for finding in run_checks(reference_checks(session, references))} == {"ok"}


def test_what_was_made_is_said_in_one_line_and_only_once(
    session: Session, environments: list[Environment], capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(session, environments)
    first = capsys.readouterr()
    prepare(session, environments)
    second = capsys.readouterr()

    assert first.err.count("\n") == 1
    for words in ("hosted zone Z0123456789ABCDEFGHIJ", "image microblog:v7", f"image microblog@{DIGEST}"):
        assert words in first.err
    assert (first.out, second.out, second.err) == ("", "", "")


def test_a_zone_has_the_declared_id_and_room_for_every_domain(
    session: Session, environments: list[Environment], where: AccountRegion
) -> None:
    prepare(session, environments)

    zones = session.client("route53", where).list_hosted_zones()["HostedZones"]

    assert [(zone["Id"], zone["Name"]) for zone in zones] == [("/hostedzone/Z0123456789ABCDEFGHIJ", "example.com.")]


def test_secrets_that_are_there_keep_their_values(
    session: Session, environments: list[Environment], where: AccountRegion
) -> None:
    client = session.client("secretsmanager", where)
    client.create_secret(Name="dev/sentry", SecretString='{"dsn": "mine"}')
    client.create_secret(Name="dev/token", SecretString="mine")

    prepare(session, environments)

    values = json.loads(client.get_secret_value(SecretId="dev/sentry")["SecretString"])
    assert values == {"dsn": "mine", "other": prerequisites.NOT_SET}
    assert client.get_secret_value(SecretId="dev/token")["SecretString"] == "mine"


@pytest.mark.parametrize("value", ["not JSON", '["a list"]'])
def test_a_secret_of_another_form_is_left_alone(
    session: Session, environments: list[Environment], where: AccountRegion, value: str
) -> None:
    client = session.client("secretsmanager", where)
    client.create_secret(Name="dev/sentry", SecretString=value)

    prepare(session, environments)

    assert client.get_secret_value(SecretId="dev/sentry")["SecretString"] == value


def test_no_repository_is_made_for_an_image(
    session: Session, environments: list[Environment], where: AccountRegion
) -> None:
    client = session.client("ecr", where)
    client.delete_repository(repositoryName="microblog")

    with pytest.raises(UserError, match=r"no ECR repository microblog in aws://\d+/us-east-1 .*`gitops bootstrap`"):
        prepare(session, environments)

    assert client.describe_repositories()["repositories"] == []


@pytest.mark.parametrize(
    ("more", "made"),
    [
        ("allowed_permissions: {send_email: true}\n", True),
        ("allowed_permissions: {send_email: true}\nmail: true\n", False),
        ("allowed_permissions: {send_email: false}\n", False),
        ("", False),
    ],
)
def test_an_identity_is_made_where_apps_may_send_and_no_deployment_makes_it(
    more: str,
    made: bool,  # noqa: FBT001 # a parameter of the test
    bare_checkout: CommandLine,
    session: Session,
    capsys: pytest.CaptureFixture[str],
) -> None:
    base = bare_checkout.root / "environments" / "qa" / "base.yaml"
    base.write_text(base.read_text() + more)
    declared = load(bare_checkout.root / "environments")
    (qa,) = (one for one in declared if str(one.name) == "qa/base")
    assert isinstance(qa.config, AdHocBaseConfig)
    domain, ses = qa.config.domain, Ses(session, qa.place)
    assert not ses.has_identity(domain)

    prepare(session, declared)
    said = capsys.readouterr().err
    prepare(session, declared)

    assert ses.has_identity(domain) == made
    assert (f"identity of SES {domain}" in said) == made
    assert "identity of SES" not in capsys.readouterr().err
