"""The CDK's resources in an account and region, required by every deployment: `cdk bootstrap`.

https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping.html
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from constructs_lib.config.naming import (
    AMAZON_LINUX_IMAGES,
    BOOTSTRAP_QUALIFIER,
    LINKED_ROLES_OF_BOOTSTRAP,
    PUBLISHED_VALUES,
)
from gitops.aws.iam import Iam
from gitops.cdk import cli as cdk
from gitops.errors import UserError
from gitops.output.progress import say
from gitops.program import stopped_at_exit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.regions import Regions
    from gitops.aws.session import Session
    from gitops.aws.target import Target
    from gitops.cdk.assembly import SynthesisedStack


READ_PARAMETERS_POLICY = "gitops-read-parameters"
"""Inline policy of the CDK's deploy roles."""


def missing(regions: Regions, stacks: Iterable[SynthesisedStack]) -> list[AccountRegion]:
    """Return the places of `stacks` that are not bootstrapped.

    Raises:
        AwsError: AWS cannot be reached or refuses.
    """
    needed = sorted({(stack.where, stack.bootstrap_parameter) for stack in stacks if stack.bootstrap_parameter})
    return [where for where, parameter in needed if not regions[where].is_bootstrapped(parameter)]


def bootstrap(target: Target, places: Sequence[AccountRegion]) -> None:
    """Run `cdk bootstrap` for `places`, again where it was run before.

    On AWS this takes an administrator: it creates roles within the permissions boundary.

    Raises:
        UserError: `cdk bootstrap` failed.
    """
    if not places:
        return
    say(f"bootstrapping {' '.join(map(str, places))}")
    by_account = [list(same) for _, same in groupby(places, key=lambda place: place.account)]
    programs = [cdk.start_bootstrap(same, target.environ(same[0])) for same in by_account]
    with stopped_at_exit(programs):
        for program in programs:
            program.wait()
    for program in programs:
        if not program.succeeded:
            raise UserError(f"cdk bootstrap failed:\n{program.last_words()}\nAll of its output: {program.log}")


def let_deployments_read_parameters(session: Session, places: Iterable[AccountRegion]) -> None:
    """Let the CDK's deploy role of each place read the SSM parameters of templates.

    Those are the values that bases publish, and the newest image of the bastion.

    CreateChangeSet reads SSM parameters for its caller: the CDK's own template says so, where it allows this role to
    read the version of the bootstrap and nothing else.

    Raises:
        AwsError: AWS cannot be reached or refuses.
    """
    for place in places:
        arns = [
            f"arn:aws:ssm:{place.region}:{place.account}:parameter{PUBLISHED_VALUES}*",
            f"arn:aws:ssm:{place.region}::parameter{AMAZON_LINUX_IMAGES}*",
        ]
        allow = {"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": arns}
        role = f"cdk-{BOOTSTRAP_QUALIFIER}-deploy-role-{place.account}-{place.region}"
        policy = {"Version": "2012-10-17", "Statement": [allow]}
        Iam(session, place).put_role_policy(role, READ_PARAMETERS_POLICY, policy)


def make_service_linked_roles(session: Session, account: AccountRegion) -> None:
    """Make the service-linked roles that an account does not have yet, and say which.

    Raises:
        AwsError: AWS cannot be reached or refuses.
    """
    iam = Iam(session, account)
    made = [service for service in LINKED_ROLES_OF_BOOTSTRAP if iam.make_service_linked_role(service)]
    if made:
        say(f"made the service-linked roles of {', '.join(made)}")
