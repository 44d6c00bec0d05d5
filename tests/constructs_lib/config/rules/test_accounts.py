"""Accounts of production; the other rules on accounts are in tests/fixtures/environments."""

from collections.abc import Callable
from pathlib import Path

from constructs_lib.config.environments import load, parse_name

Write = Callable[..., Path]

PROD = """\
kind: prod-base
account: {account}
region: us-east-1
domain: example.com
hosted_zone_id: Z9876543210ZYXWVUTSRQ
network: {{cidr: 10.40.0.0/16}}
"""


def test_an_account_of_production_and_ad_hoc_environments_gives_a_warning(write: Write) -> None:
    folder = write({"prod/base.yaml": PROD.format(account="main")})

    (warning,) = load(folder).warnings
    assert str(warning).endswith(
        "environments/prod/base.yaml:2:10: warning: account: 111111111111 is also the account of dev/base, whose "
        "deployments may change this base; give production an account of its own"
    )
    assert load(folder, only=[parse_name("prod/base")]).warnings == ()


def test_accounts_of_their_own_give_none(write: Write) -> None:
    account = (write() / "accounts/main.yaml").read_text().replace("111111111111", "222222222222")
    folder = write({"accounts/prod.yaml": account, "prod/base.yaml": PROD.format(account="prod")})

    assert load(folder).warnings == ()


def test_an_account_with_production_alone_gives_none(write: Write) -> None:
    folder = write({"prod/base.yaml": PROD.format(account="main"), "dev/base.yaml": None, "dev/alpha.yaml": None})

    assert load(folder).warnings == ()
