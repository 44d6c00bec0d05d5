"""The only door to Secrets Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from gitops.aws.session import AwsError, translate_errors

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session

Existence = Literal["present", "absent", "being deleted"]


class SecretsManager:
    """Secrets Manager in one account and region. Every method raises AwsError when AWS fails or refuses."""

    def __init__(self, session: Session, where: AccountRegion) -> None:
        self._client: SecretsManagerClient = session.client("secretsmanager", where)

    def existence(self, name: str) -> Existence:
        """Return whether there is a secret `name`; one that is being deleted can be restored, but not read."""
        try:
            with translate_errors():
                described = self._client.describe_secret(SecretId=name)
        except AwsError as error:
            if error.code == "ResourceNotFoundException":
                return "absent"
            raise
        return "being deleted" if "DeletedDate" in described else "present"

    def value(self, secret_id: str) -> str:
        """Return the value of a secret, by its name or ARN. Never print it."""
        with translate_errors():
            return self._client.get_secret_value(SecretId=secret_id)["SecretString"]
