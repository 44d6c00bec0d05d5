"""The only door to Service Quotas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.aws.session import translate_errors

if TYPE_CHECKING:
    from mypy_boto3_service_quotas import ServiceQuotasClient

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session


class ServiceQuotas:
    """The quotas of one account and region. Every method raises AwsError when AWS fails or refuses."""

    def __init__(self, session: Session, where: AccountRegion) -> None:
        self._client: ServiceQuotasClient = session.client("service-quotas", where)

    def value(self, service: str, quota: str) -> int:
        """Return a quota by the codes of its service and its own: `vpc`, `L-F678F1CE`."""
        with translate_errors():
            return int(self._client.get_service_quota(ServiceCode=service, QuotaCode=quota)["Quota"]["Value"])
