"""The only door to ACM, which issues and keeps certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops.aws.session import AwsError, translate_errors

if TYPE_CHECKING:
    from mypy_boto3_acm import ACMClient

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session

ISSUED = "ISSUED"


class IssuedCertificate(NamedTuple):
    """A certificate as ACM describes it: its status, `ISSUED` when it can be used, and all names it is for."""

    status: str
    names: tuple[str, ...]


class Acm:
    """ACM in one account and region. Every method raises AwsError when AWS cannot be reached or refuses."""

    def __init__(self, session: Session, where: AccountRegion) -> None:
        self._client: ACMClient = session.client("acm", where)

    def certificate(self, arn: str) -> IssuedCertificate | None:
        """Return a certificate, or None when it does not exist."""
        try:
            with translate_errors():
                described = self._client.describe_certificate(CertificateArn=arn)["Certificate"]
        except AwsError as error:
            if error.code == "ResourceNotFoundException":
                return None
            raise
        names = dict.fromkeys([described["DomainName"], *described.get("SubjectAlternativeNames", [])])
        return IssuedCertificate(described["Status"], tuple(names))
