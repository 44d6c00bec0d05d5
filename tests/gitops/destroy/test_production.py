"""The way down of production on the embedded AWS, with the repository's own constructs: what goes, what stays."""

from pathlib import Path

import pytest

from local_aws.lifecycle import EmbeddedAws
from tests import embedded
from tests.gitops.checkouts import Checkout, CommandLine

BASE = """\
kind: prod-base
account: main
domain: example.com
hosted_zone_id: Z0123456789ABCDEFGHIJ
alarm_email: ops@example.com
network: {cidr: 10.30.0.0/16}
"""


@pytest.fixture
def production(tmp_path: Path, embedded_state: tuple[Path, EmbeddedAws]) -> Checkout:
    """A checkout that declares a production base, in an account of its own that its administrator has set up."""
    state, aws = embedded_state
    checkout = Checkout(CommandLine.make(tmp_path).root, embedded.new_account(), aws)
    (checkout.root / ".gitops" / "local").symlink_to(state)
    checkout.account(checkout.account_id)
    checkout.write("prod/base.yaml", BASE)
    bootstrapped = checkout.gitops("bootstrap")
    assert bootstrapped.returncode == 0, bootstrapped.stderr
    return checkout


def test_a_production_base_goes_except_for_what_holds_data_and_can_be_made_again(production: Checkout) -> None:
    made = production.gitops("deploy", "prod")
    assert made.returncode == 0, made.stderr

    refused = production.gitops("destroy", "prod", "--yes")
    assert refused.returncode == 1
    assert "--confirm prod" in refused.stderr
    assert "prod-base" in production.statuses()

    destroyed = production.gitops("destroy", "prod", "--yes", "--confirm", "prod")
    assert destroyed.returncode == 0, destroyed.stderr
    assert "prod-base" not in production.statuses()
    kept = {line.split()[1] for line in destroyed.stdout.splitlines() if line.startswith("kept: ")}
    assert kept == {
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::Subnet",
        "AWS::EC2::VPC",
        "AWS::ElastiCache::ParameterGroup",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::ElastiCache::SubnetGroup",
        "AWS::ElastiCache::User",
        "AWS::ElastiCache::UserGroup",
        "AWS::IAM::Role",
        "AWS::Logs::LogGroup",
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBParameterGroup",
        "AWS::RDS::DBSubnetGroup",
        "AWS::S3::Bucket",
        "AWS::SecretsManager::Secret",
        "AWS::SecretsManager::SecretTargetAttachment",
    }
    (database,) = production.client("rds").describe_db_instances()["DBInstances"]
    assert database["DBInstanceIdentifier"] in destroyed.stdout
    assert production.client("elbv2").describe_load_balancers()["LoadBalancers"] == []

    again = production.gitops("deploy", "prod")
    assert again.returncode == 0, again.stderr
    databases = production.client("rds").describe_db_instances()["DBInstances"]
    assert len(databases) == 2
