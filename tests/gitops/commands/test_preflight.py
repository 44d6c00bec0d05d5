import pytest

from tests.gitops.checkouts import Checkout, CommandLine

ZONE = "Z0123456789ABCDEFGHIJ"


def states(table: str) -> dict[str, str]:
    """The state of each thing that is needed, from the table."""
    lines = table.splitlines()
    subject, state = lines[0].index("NEEDED BY"), lines[0].index("STATE")
    return {line[:subject].strip(): line[state:].split("  ")[0] for line in lines[1:]}


@pytest.fixture
def declared(checkout: Checkout) -> Checkout:
    checkout.base("dev")
    checkout.app("dev/alpha", image="v7")
    alpha = checkout.root / "environments" / "dev" / "alpha.yaml"
    alpha.write_text(alpha.read_text() + "secrets: {SENTRY_DSN: dev/sentry:dsn}\n")
    return checkout


def test_everything_that_is_missing_is_said_at_once(declared: Checkout) -> None:
    result = declared.gitops("preflight", BOOTSTRAP="needed")

    assert result.returncode == 1
    assert states(result.stdout) == {
        f"CDK bootstrap of aws://{declared.account_id}/us-east-1": "missing",
        "GitHub's OIDC provider": "ok",
        f"hosted zone {ZONE} (dev.example.com)": "missing",
        "image microblog:v7 (arm64)": "missing",
        "secret dev/sentry": "missing",
        "host name of dev/alpha": "ok",
        "priorities of listener rules of dev/alpha": "ok",
        "number of environments on dev/base": "ok",
    }
    assert "there is no ECR repository microblog" in result.stdout
    assert "the embedded AWS starts empty: gitops bootstrap, then gitops local prepare" in result.stderr
    assert declared.statuses() == {}


def test_everything_is_there_that_people_made(declared: Checkout) -> None:
    declared.prepare()

    result = declared.gitops("preflight", "dev/alpha")

    assert result.returncode == 0, result.stdout + result.stderr
    assert set(states(result.stdout).values()) == {"ok"}


def test_only_what_is_named_is_looked_at(declared: Checkout) -> None:
    result = declared.gitops("preflight", "dev")

    assert set(states(result.stdout)) == {f"hosted zone {ZONE} (dev.example.com)"}


@pytest.mark.parametrize("target", ["aws", "local"])
def test_a_deployment_is_refused_with_all_that_is_missing_and_makes_none_of_it(declared: Checkout, target: str) -> None:
    environ = declared.environ() if target == "aws" else {}
    result = CommandLine(declared.root).gitops("deploy", "--all", "--target", target, BOOTSTRAP="needed", **environ)

    assert result.returncode == 1
    assert "nothing was deployed, because something is missing:" in result.stderr
    for words in (
        "dev/base, dev/alpha: CDK bootstrap of",
        f"dev/base, dev/alpha: hosted zone {ZONE} (dev.example.com): the account",
        "dev/alpha: image microblog:v7 (arm64): there is no ECR repository",
        "dev/alpha: secret dev/sentry: there is no secret",
    ):
        assert words in result.stderr
    assert declared.statuses() == {}
    assert declared.client("ecr").describe_repositories()["repositories"] == []
    assert declared.client("route53").list_hosted_zones()["HostedZones"] == []
    assert declared.client("secretsmanager").list_secrets()["SecretList"] == []


def test_what_does_not_change_is_not_looked_at(declared: Checkout) -> None:
    declared.gitops("deploy", "--all")
    declared.client("ecr").delete_repository(repositoryName="microblog", force=True)

    result = declared.gitops("deploy", "--all", "--target", "aws", **declared.environ())

    assert result.returncode == 0, result.stderr
    assert "nothing changed" in result.stderr


def test_local_prepare_makes_placeholders_and_says_so_once(declared: Checkout) -> None:
    without = declared.gitops("local", "prepare")
    declared.client("ecr").create_repository(repositoryName="microblog")
    first = declared.gitops("local", "prepare")
    second = declared.gitops("local", "prepare")

    assert without.returncode == 1
    assert "there is no ECR repository microblog" in without.stderr
    assert first.returncode == 0, first.stderr
    assert "made placeholders in the embedded AWS: " in first.stderr
    for words in ("image microblog:v7", "secret dev/sentry:dsn"):
        assert words in first.stderr
    assert (second.returncode, second.stderr) == (0, "")


def test_without_declarations_there_is_nothing_to_check(checkout: Checkout) -> None:
    (checkout.root / "environments" / "accounts" / "main.yaml").unlink()

    result = checkout.gitops("preflight")

    assert result.returncode == 0
    assert result.stdout == ""
    assert "nothing to check" in result.stderr
