import json

import pytest

from tests.gitops.checkouts import REPOSITORY, Checkout, CommandLine

WEB = """\
kind: ad-hoc-app
image: v1
expires: 2099-01-01
owner: octocat
schedule: {awake: "Mon-Fri 08:00-20:00", timezone: Europe/Berlin}
"""
BASE = """\
kind: ad-hoc-base
account: main
domain: dev.example.com
hosted_zone_id: Z0123456789ABCDEFGHIJ
network: {cidr: 10.20.0.0/16}
database: {instance_class: x2g.large}
policy: {max_lifetime_days: 365, max_monthly_usd: 1}
app_defaults:
  repository: microblog
  services: {web: {port: 8000, paths: ["/*"]}}
"""


def declare(checkout: CommandLine, account_id: str = "111111111111") -> None:
    checkout.account(account_id)
    checkout.write("dev/base.yaml", BASE)
    checkout.app("dev/alpha")
    app = (checkout.root / "environments" / "dev" / "alpha.yaml").read_text()
    expires = next(line for line in app.splitlines() if line.startswith("expires"))
    checkout.write("dev/alpha.yaml", WEB.replace("expires: 2099-01-01", expires))


def test_resources_totals_budget_and_what_is_missing_are_told_without_any_aws(bare_checkout: CommandLine) -> None:
    declare(bare_checkout)

    result = bare_checkout.gitops("cost", AWS_ENDPOINT_URL="http://localhost:1")

    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    rows = {line.split("  ")[0]: line for line in lines if " total " in line}
    assert float(rows["dev/alpha"].split()[-1]) > 1
    assert float(rows["dev/base"].split()[-1]) > float(rows["dev/alpha"].split()[-1])
    assert any("Fargate web" in line and "awake 36% of the time" in line for line in lines)
    assert any("RDS postgres db.x2g.large" in line and line.endswith("not priced") for line in lines)
    assert "dev/alpha is ABOVE its budget of 1 (policy.max_monthly_usd of dev/base)." in lines
    assert any(line.startswith("dev/base, not priced in us-east-1") and "db.x2g.large" in line for line in lines)
    assert "Not counted:" in lines

    named = bare_checkout.gitops("cost", "dev/alpha", "--format", "json")

    document = json.loads(named.stdout)
    (alpha,) = document["environments"]
    assert alpha["environment"] == "dev/alpha"
    assert alpha["over_budget"] is True
    assert (
        alpha["least_usd"]
        == alpha["most_usd"]
        == pytest.approx(sum(line["least_usd"] for line in alpha["resources"]), abs=0.02)
    )
    assert document["not_counted"]


def test_without_declarations_nothing_costs_anything(bare_checkout: CommandLine) -> None:
    result = bare_checkout.gitops("cost")

    assert result.returncode == 0
    assert result.stdout == ""
    assert "nothing costs anything" in result.stderr


def test_an_unknown_environment_is_an_error_of_the_user(bare_checkout: CommandLine) -> None:
    result = bare_checkout.gitops("cost", "dev/nothing")

    assert result.returncode == 1
    assert "dev/nothing" in result.stderr


def test_a_deployment_above_the_budget_is_refused_before_anything_is_changed(checkout: Checkout) -> None:
    (checkout.root / "app.py").unlink()
    (checkout.root / "app.py").symlink_to(REPOSITORY / "app.py")
    declare(checkout, checkout.account_id)

    result = checkout.gitops("deploy", "--all")

    assert result.returncode == 1
    assert "dev/alpha would cost about" in result.stderr
    assert "dev/base allows 1 (policy.max_monthly_usd)" in result.stderr
    assert checkout.statuses() == {}
    assert checkout.logs("deploy") == []
