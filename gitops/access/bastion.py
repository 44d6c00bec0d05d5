"""The bastion of a base: the way to its database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.naming import BaseOutput
from gitops.aws.ec2 import RUNNING, STOPPED, Ec2
from gitops.errors import UserError

if TYPE_CHECKING:
    from gitops.access.deployed import Deployed


class Bastion:
    """The bastion of a deployed base. Methods raise AwsError when AWS cannot be reached or refuses."""

    def __init__(self, base: Deployed) -> None:
        self._base = base.environment.name
        self._ec2 = Ec2(base.session, base.where)
        self.instance_id = base.output(BaseOutput.BASTION_INSTANCE_ID)

    def state(self) -> str:
        """Return the state of the instance, in EC2's words."""
        return self._ec2.instance_state(self.instance_id)

    def start(self) -> None:
        """Ask for it to be started."""
        self._ec2.start(self.instance_id)

    def stop(self) -> None:
        """Ask for it to be stopped."""
        self._ec2.stop(self.instance_id)

    def require_running(self) -> None:
        """Raise UserError, with what to do, unless the bastion runs."""
        state = self.state()
        if state == RUNNING:
            return
        folder = self._base.folder
        if state == STOPPED:
            raise UserError(f"the bastion of {self._base} is stopped. Start it: gitops bastion start {folder}")
        if state == "terminated":
            raise UserError(
                f"the bastion of {self._base} is gone. Deploying it makes a new one: gitops deploy {folder}"
            )
        raise UserError(
            f"the bastion of {self._base} is {state}; try again in a minute: gitops bastion status {folder}"
        )
