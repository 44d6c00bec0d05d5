from tests.gitops.checkouts import Checkout


def rows(table: str) -> dict[str, str]:
    return {line.split()[0]: line for line in table.splitlines()[1:]}


def test_what_is_declared_and_what_is_deployed_are_told_apart(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.create_stack("dev/base", kind="ad-hoc-base")
    checkout.create_stack("dev/orphan")
    checkout.create_stack("unrelated", tags={})

    result = checkout.gitops("status")

    assert result.returncode == 0, result.stderr
    table = rows(result.stdout)
    assert set(table) == {"accounts/main", "dev/base", "dev/alpha", "dev/orphan"}
    assert "yes       deployed" in table["dev/base"]
    assert "yes       not deployed" in table["dev/alpha"]
    assert "octocat" in table["dev/alpha"]
    assert "NO        deployed" in table["dev/orphan"]
    assert "deployed but not declared: dev/orphan" in result.stderr
    assert f"embedded AWS at {checkout.aws.endpoint}" in result.stderr


def test_an_endpoint_that_is_down_is_a_clear_message(checkout: Checkout) -> None:
    checkout.base("dev")
    environ = {**checkout.environ(), "AWS_ENDPOINT_URL": "http://localhost:9"}

    result = checkout.gitops("status", **environ)

    assert result.returncode == 1
    assert result.stdout == ""
    assert "cannot reach AWS" in result.stderr


def test_environments_of_other_accounts_are_named_as_unknown(checkout: Checkout) -> None:
    checkout.base("dev")
    environ = checkout.environ("999999999999")

    result = checkout.gitops("status", "--target", "aws", **environ)

    assert result.returncode == 0
    assert "dev/base" not in result.stdout
    assert "not reached, because they are in other accounts: accounts/main, dev/base" in result.stderr


def test_without_declarations_there_is_nothing_to_ask_aws(checkout: Checkout) -> None:
    (checkout.root / "environments" / "accounts" / "main.yaml").unlink()

    result = checkout.gitops("status")

    assert result.returncode == 0
    assert result.stdout == ""
    assert "nothing is declared" in result.stderr
