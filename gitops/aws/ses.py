"""The only door to SES, whose identities are those of an account in a region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitops.aws.session import AwsError, translate_errors

if TYPE_CHECKING:
    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session


class Ses:
    """SES in one account and region. Every method raises AwsError when AWS cannot be reached or refuses."""

    def __init__(self, session: Session, where: AccountRegion) -> None:
        self._client: Any = session.client("sesv2", where)

    def has_identity(self, name: str) -> bool:
        """Return whether a domain or an address is an identity, verified or not."""
        try:
            with translate_errors():
                self._client.get_email_identity(EmailIdentity=name)
        except AwsError as error:
            if error.code == "NotFoundException":
                return False
            raise
        return True

    def in_sandbox(self) -> bool:
        """Return whether mail is sent to verified addresses alone, which holds until AWS grants production access."""
        with translate_errors():
            return not self._client.get_account()["ProductionAccessEnabled"]
