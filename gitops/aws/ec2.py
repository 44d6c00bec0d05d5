"""The only door to EC2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.aws.session import AwsError, translate_errors

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session

RUNNING, STOPPED = "running", "stopped"
"""States of an instance that last; https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html"""


class Ec2:
    """EC2 in one account and region. Every method raises AwsError when AWS cannot be reached or refuses."""

    def __init__(self, session: Session, where: AccountRegion) -> None:
        self._client: EC2Client = session.client("ec2", where)

    def instance_state(self, instance_id: str) -> str:
        """Return the state of an instance, `terminated` for one that is gone."""
        try:
            with translate_errors():
                reservations = self._client.describe_instances(InstanceIds=[instance_id])["Reservations"]
        except AwsError as error:
            if error.code == "InvalidInstanceID.NotFound":
                return "terminated"
            raise
        states = [instance["State"]["Name"] for reservation in reservations for instance in reservation["Instances"]]
        return states[0] if states else "terminated"

    def start(self, instance_id: str) -> None:
        """Ask EC2 to start an instance; it takes about a minute."""
        with translate_errors():
            self._client.start_instances(InstanceIds=[instance_id])

    def stop(self, instance_id: str) -> None:
        """Ask EC2 to stop an instance; its disk is kept."""
        with translate_errors():
            self._client.stop_instances(InstanceIds=[instance_id])

    def vpc_count(self) -> int:
        """Return how many VPCs there are."""
        with translate_errors():
            return sum(len(page["Vpcs"]) for page in self._client.get_paginator("describe_vpcs").paginate())

    def address_count(self) -> int:
        """Return how many elastic IP addresses there are."""
        with translate_errors():
            return len(self._client.describe_addresses()["Addresses"])
