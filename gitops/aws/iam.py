"""The only door to IAM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.aws.session import AwsError, translate_errors

if TYPE_CHECKING:
    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session


class Iam:
    """IAM in one account. Every method raises AwsError when AWS cannot be reached or refuses."""

    def __init__(self, session: Session, where: AccountRegion) -> None:
        self._client = session.client("iam", where)

    def make_service_linked_role(self, service: str) -> bool:
        """Make the service-linked role of a service, such as `ecs.amazonaws.com`. False when there is one already."""
        try:
            with translate_errors():
                self._client.create_service_linked_role(AWSServiceName=service)
        except AwsError as error:
            # IAM's answer when the name is taken; another cause, such as an unknown service, is told, too.
            if error.code == "InvalidInput" and "has been taken" in str(error):
                return False
            raise
        return True
