"""The only door to IAM, which is one for all regions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gitops.aws.session import AwsError, translate_errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_iam import IAMClient

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session


class Iam:
    """IAM in one account. Every method raises AwsError when AWS cannot be reached or refuses."""

    def __init__(self, session: Session, where: AccountRegion) -> None:
        self._client: IAMClient = session.client("iam", where)

    def audiences(self, provider_arn: str) -> Sequence[str] | None:
        """Return the audiences that an OIDC provider accepts, or None when the account has no such provider."""
        try:
            with translate_errors():
                provider = self._client.get_open_id_connect_provider(OpenIDConnectProviderArn=provider_arn)
        except AwsError as error:
            if error.code == "NoSuchEntity":
                return None
            raise
        return provider.get("ClientIDList", [])

    def put_role_policy(self, role: str, name: str, document: Mapping[str, object]) -> None:
        """Give a role an inline policy of this name, in place of an earlier one."""
        with translate_errors():
            self._client.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))

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
