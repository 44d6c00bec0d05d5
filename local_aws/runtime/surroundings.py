"""What tasks find around them that their definitions do not say: an AWS, credentials, a mail relay, authorities.

In an account these come from the task's role, from the network and from the image.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local_aws.settings import SECRET_ACCESS_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - what commands are declared with; nothing listens there


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The surroundings of all tasks: the endpoint of the AWS APIs, and further variables."""

    endpoint: str
    variables: Mapping[str, str] = field(default_factory=dict)

    def environment(self, declared: Mapping[str, str], account: str, region: str, address: str) -> dict[str, str]:
        """Return the variables of a container; what its definition declares comes before everything else."""
        credentials = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        own = {name: value.replace(EVERY_ADDRESS, address) for name, value in declared.items()}
        return {**credentials, **self.variables, **own}


def on_own_address(command: Sequence[str], address: str) -> list[str]:
    """Return a command that listens on the task's own address, where it says "on every one".

    A container has a network of its own, and in it the port. Here a port is the task's only on its address.
    """
    return [argument.replace(EVERY_ADDRESS, address) for argument in command]
