"""What stands between a base with `mail` and its first mail."""

import json
from collections.abc import Callable

import pytest

from constructs_lib.config.environments import AccountRegion, Environment, load
from gitops.aws.regions import Regions
from gitops.aws.session import Session
from gitops.deploy.preflight.check import PreflightFinding, run_checks
from gitops.deploy.preflight.mail import IDENTITY, identity_checks, warn_of_sandbox
from tests.gitops.checkouts import CommandLine

DOMAIN = "dev.example.com"
Declare = Callable[..., list[Environment]]


@pytest.fixture
def declare(bare_checkout: CommandLine, where: AccountRegion) -> Declare:
    """Declare a base with more fields, and an app with more fields."""

    def declared(base: str = "", app: str = "") -> list[Environment]:
        bare_checkout.account(where.account, where.region)
        bare_checkout.base("dev")
        bare_checkout.app("dev/alpha")
        for name, more in (("base", base), ("alpha", app)):
            file = bare_checkout.root / "environments" / "dev" / f"{name}.yaml"
            file.write_text(file.read_text() + more)
        return list(load(bare_checkout.root / "environments"))

    return declared


def findings(session: Session, where: AccountRegion, environments: list[Environment]) -> list[PreflightFinding]:
    regions = Regions(session, {where})
    return run_checks(identity_checks(session, regions, environments, regions.stacks()))


def test_an_identity_that_is_not_there_is_no_problem(session: Session, where: AccountRegion, declare: Declare) -> None:
    (finding,) = findings(session, where, declare("mail: true\n"))

    assert (finding.state, finding.subject) == ("ok", f"identity of SES for {DOMAIN}")


def test_an_identity_that_somebody_made_is_a_problem(session: Session, where: AccountRegion, declare: Declare) -> None:
    session.client("sesv2", where).create_email_identity(EmailIdentity=DOMAIN)

    (finding,) = findings(session, where, declare("mail: true\n"))

    assert finding.state == "missing"
    assert finding.why.startswith("it exists already, and was not made by this base; remove `mail`")
    assert finding.why.endswith(f"delete-email-identity --email-identity {DOMAIN} --region {where.region}")


def test_an_identity_of_the_base_s_own_stack_is_no_problem(
    session: Session, where: AccountRegion, declare: Declare
) -> None:
    resources = {"It": {"Type": IDENTITY, "Properties": {"EmailIdentity": DOMAIN}}}
    client = session.client("cloudformation", where)
    client.create_stack(StackName="dev-base", TemplateBody=json.dumps({"Resources": resources}))
    client.get_waiter("stack_create_complete").wait(StackName="dev-base", WaiterConfig={"Delay": 0.1})

    assert [one.state for one in findings(session, where, declare("mail: true\n"))] == ["ok"]


def test_a_base_without_mail_is_not_asked_about(session: Session, where: AccountRegion, declare: Declare) -> None:
    session.client("sesv2", where).create_email_identity(EmailIdentity=DOMAIN)

    assert findings(session, where, declare()) == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (("mail: true\n", ""), True),
        (("allowed_permissions: {send_email: true}\n", "permissions: {send_email: true}\n"), True),
        (("allowed_permissions: {send_email: true}\n", ""), False),
    ],
)
def test_the_sandbox_is_told_where_mail_is_sent(
    fields: tuple[str, str],
    told: bool,  # noqa: FBT001 # a parameter of the test
    session: Session,
    declare: Declare,
    capsys: pytest.CaptureFixture[str],
) -> None:
    declared = declare(*fields)
    (where,) = {one.place for one in declared}
    ses = session.client("sesv2", where)
    details = {"MailType": "TRANSACTIONAL", "WebsiteURL": "https://example.com"}
    for granted in (False, True):
        ses.put_account_details(ProductionAccessEnabled=granted, **details)

        warn_of_sandbox(session, declared)

        expected = told and not granted
        assert (f"SES in {where} is in its sandbox" in capsys.readouterr().err) == expected
