"""`make smoke`: the whole life of environments in a new account, on the embedded AWS or, with `--aws`, on AWS.

docs/first-account.md describes the preparations on AWS, the costs and what to do when a step fails.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from gitops.github.connection import identify
from gitops.github.model import RepositoryIdentity
from gitops.output.progress import say
from local_aws import lifecycle
from local_aws.authorisation import records
from local_aws.loopback import ANY_PORT
from tests import embedded
from tests.sample import APPLICATION, NO_APPLICATION
from tests.smoke.clean_up import CleanUp
from tests.smoke.journey import IMAGE, Journey
from tests.smoke.place import Place
from tests.smoke.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EMBEDDED_ACCOUNT, EMBEDDED_REGION = "111111111111", "us-east-1"
AWS_POLL_SECONDS, EMBEDDED_POLL_SECONDS = 10.0, 0.5


def main(argv: Sequence[str]) -> int:
    """Run the journey and return 0 when every check held."""
    options = _options(argv)
    if not APPLICATION.is_dir():
        raise SystemExit(f"{NO_APPLICATION}; the journey deploys it: run it in a clone that still has it")
    with tempfile.TemporaryDirectory(prefix="gitops-smoke-") as folder:
        root = Path(folder)
        with _on_aws(root, options) if options.aws else _embedded(root) as place:
            place.make_checkout()
            where = "AWS" if options.aws else "the embedded AWS"
            report = Report(options.report, [f"Account {place.account_id}, {place.region}, on {where}."])
            journey = Journey(place, email=options.email)
            if not options.clean_up:
                journey.run(report)
            if report.failed:
                say(f"The report is {options.report}. What was made is still there, and costs money on AWS. Look at")
                say("it, then delete it: the same command with --clean-up")
                if options.aws:
                    return 1
            CleanUp(place, journey).run(report)
    say(f"{'A step failed' if report.failed else 'Every check held'}; the report is {options.report}")
    return 1 if report.failed else 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.smoke", description=__doc__)
    parser.add_argument("--report", type=Path, default=Path(".gitops") / "smoke.md", help="default: .gitops/smoke.md")
    parser.add_argument("--aws", action="store_true", help="on AWS, with the AWS_* variables of an administrator")
    parser.add_argument("--region", help="on AWS: region of everything")
    parser.add_argument("--domain", help="on AWS: domain of a hosted zone of the account, or one below it")
    parser.add_argument("--hosted-zone-id", help="on AWS: id of that hosted zone, to which the domain is delegated")
    parser.add_argument("--repository", help="on AWS: owner/name of your repository on GitHub, whose jobs get roles")
    parser.add_argument("--email", help="on AWS: address that gets production's alarms")
    parser.add_argument("--clean-up", action="store_true", help="only delete what an earlier run has left")
    options = parser.parse_args(argv)
    given = [options.region, options.domain, options.hosted_zone_id, options.repository, options.email]
    if options.aws and not all(given):
        parser.error("--aws takes --region, --domain, --hosted-zone-id, --repository and --email")
    if not options.aws and (any(given) or options.clean_up):
        parser.error("the embedded AWS takes no options but --report; for AWS, add --aws")
    options.email = options.email or "ops@example.com"
    return options


@contextmanager
def _on_aws(root: Path, options: argparse.Namespace) -> Iterator[Place]:
    account_id = boto3.client("sts", region_name=options.region).get_caller_identity()["Account"]
    print(f"This creates and deletes resources in AWS account {account_id}, {options.region}, for about three hours.")
    print("Production's NAT gateways, database and cache cost about 1 USD an hour together.")
    print("Use an account that has nothing else in it. Type the account id to go on: ", end="", flush=True)
    if sys.stdin.readline().strip() != account_id:
        raise SystemExit("nothing was done")
    yield Place(
        root=root,
        account_id=account_id,
        region=options.region,
        repository=identify(options.repository),
        domain=options.domain,
        hosted_zone_id=options.hosted_zone_id,
        environ={"AWS_REGION": options.region, "AWS_DEFAULT_REGION": options.region},
        poll=AWS_POLL_SECONDS,
    )


@contextmanager
def _embedded(root: Path) -> Iterator[Place]:
    """Start an embedded AWS that has what a person prepares on AWS: a hosted zone and, once it can be, an image."""
    state = root / "embedded-aws"
    aws, _ = lifecycle.up(
        state, port=ANY_PORT, account=EMBEDDED_ACCOUNT, images=embedded.map_images(state, {IMAGE: APPLICATION})
    )
    try:
        environ = lifecycle.environment(aws, EMBEDDED_ACCOUNT, EMBEDDED_REGION)
        route53 = boto3.client(
            "route53",
            endpoint_url=aws.endpoint,
            region_name=EMBEDDED_REGION,
            aws_access_key_id=EMBEDDED_ACCOUNT,
            aws_secret_access_key=aws.secret_access_key,
        )
        zone = route53.create_hosted_zone(Name="example.com", CallerReference="smoke")["HostedZone"]
        yield Place(
            root=root,
            account_id=EMBEDDED_ACCOUNT,
            region=EMBEDDED_REGION,
            repository=RepositoryIdentity(name="example/environments", id=1296269, owner_id=583231),
            domain="example.com",
            hosted_zone_id=zone["Id"].rpartition("/")[2],
            environ={**environ, "AWS_EC2_METADATA_DISABLED": "true"},
            poll=EMBEDDED_POLL_SECONDS,
            embedded_url=aws.environment_url,
        )
        # A command may pass over what it is denied. On AWS that shows as a change set that is missing.
        if denied := records.denials(state):
            raise SystemExit("the embedded AWS has denied:\n" + "\n".join(map(str, denied)))
    finally:
        lifecycle.down(state)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
