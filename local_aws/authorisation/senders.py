"""Who may send mail by SES, and from which addresses: its SMTP interface asks for what its API asks for.

https://docs.aws.amazon.com/ses/latest/dg/send-email-smtp.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.authorisation import callers, mapping
from local_aws.authorisation.existing import Existing
from local_aws.authorisation.requests import Call
from local_aws.ministack import seams

if TYPE_CHECKING:
    from local_aws.authorisation.authority import Authority

_SEND = "ses:send"
_SESSION = "smtp"


class Senders:
    """What SES says to senders."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    def uses_ses(self, role_arn: str) -> bool:
        """Return whether the policies of a role name sending with SES; a wildcard for everything does not count."""
        try:
            policies = callers.of_role(role_arn, _SESSION).policies
        except callers.UnknownCallerError:
            return False
        return any(_SEND in policy.text.lower() for policy in policies.identity)

    def refusal(self, role_arn: str, region: str, sender: str) -> str | None:
        """Return why SES takes no mail of a role from an address, in its words, or None.

        https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
        """
        account = role_arn.split(":")[4]
        place = mapping.Place(account, region)
        call = Call(service="ses", operation="SendRawEmail", protocol="query", parameters={"Source": sender})
        with seams.request_scope(account, region):
            try:
                caller = callers.of_role(role_arn, _SESSION)
            except callers.UnknownCallerError as error:
                return f"Access denied: {error}"
            denial = self._authority.judge(caller, mapping.requirements(call, place, Existing()), place)
            if denial:
                return f"Access denied: {denial.message}"
            rejection = seams.message_rejection(sender)
        return f"Message rejected: {rejection}" if rejection else None
