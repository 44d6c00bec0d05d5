"""Which AWS a command talks to: the embedded one of this checkout, or the one of the environment's credentials."""

import os
from dataclasses import dataclass
from typing import Literal

from constructs_lib.config.environments import AccountRegion
from gitops.aws import embedded
from gitops.aws.embedded import EmbeddedEndpoint
from gitops.errors import UserError

TargetName = Literal["aws", "local"]


@dataclass(frozen=True, slots=True)
class Target:
    """The AWS of one command. `embedded` is None for an AWS reached with the environment's own credentials."""

    embedded: EmbeddedEndpoint | None

    def environ(self, where: AccountRegion) -> dict[str, str]:
        """Return the environment variables with which a tool reaches `where` on this AWS."""
        if self.embedded is None:
            return dict(os.environ)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {
            **inherited,
            **self.embedded.environment(where.account, where.region),
            # Neither a developer's profiles nor a proxy have a part in reaching this machine.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "localhost",
            "no_proxy": "localhost",
        }


def resolve(requested: TargetName | None) -> Target:
    """Return the target: `requested` or AWS_ENDPOINT_URL decide; else the embedded AWS while it runs, else AWS.

    An AWS_ENDPOINT_URL that is the running embedded AWS's own means that one, so that the variables
    `gitops local status` prints do no harm here.

    Raises:
        UserError: the embedded AWS was asked for and does not run.
    """
    running = None if requested == "aws" else embedded.find()
    if requested == "local" and running is None:
        raise UserError("no embedded AWS runs in this checkout. Start it with: gitops local up")
    if requested is None and running is not None:
        endpoint = os.environ.get("AWS_ENDPOINT_URL", running.endpoint)
        if endpoint.rstrip("/") != running.endpoint:
            running = None
    return Target(running)
