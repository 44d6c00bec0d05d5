"""The only door to Elastic Load Balancing (version 2: application load balancers)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.aws.session import translate_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session

RULES_LIMIT = "rules-per-application-load-balancer"
TARGET_GROUPS_LIMIT = "target-groups-per-application-load-balancer"
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Limit.html"""


class LoadBalancing:
    """Load balancers in one account and region. Every method raises AwsError when AWS fails or refuses."""

    def __init__(self, session: Session, where: AccountRegion) -> None:
        self._client: ElasticLoadBalancingv2Client = session.client("elbv2", where)

    def rules(self, listener_arn: str) -> Mapping[int, set[str]]:
        """Return a listener's rules: their priorities, and the ARNs of the target groups that each forwards to.

        The default rule has no priority and does not count.
        """
        with translate_errors():
            pages = self._client.get_paginator("describe_rules").paginate(ListenerArn=listener_arn)
            return {
                int(rule["Priority"]): {a["TargetGroupArn"] for a in rule["Actions"] if "TargetGroupArn" in a}
                for page in pages
                for rule in page["Rules"]
                if not rule["IsDefault"]
            }

    def limits(self) -> Mapping[str, int]:
        """Return the quotas of this account and region by their names."""
        with translate_errors():
            pages = self._client.get_paginator("describe_account_limits").paginate()
            return {limit["Name"]: int(limit["Max"]) for page in pages for limit in page["Limits"]}
