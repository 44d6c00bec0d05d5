"""Mail from a base's domain."""

from aws_cdk import aws_route53 as route53
from constructs import Construct


class MailIdentity(Construct):
    """An identity of SES for the base's domain, which three records in the hosted zone verify and sign mail for (DKIM).

    A signature of the domain itself is what DMARC asks for, so no MAIL FROM domain is needed. A DMARC record is left to
    the owner of the domain: a name has one, which may exist, and which decides on mail that others send, too.
    https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dmarc.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, domain: str, hosted_zone_id: str) -> None:
        super().__init__(scope, construct_id)
        from aws_cdk import aws_ses as ses  # noqa: PLC0415 - it takes 0.2 s to load, for bases with mail alone

        zone = route53.PublicHostedZone.from_public_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=hosted_zone_id, zone_name=domain
        )
        ses.EmailIdentity(self, "Identity", identity=ses.Identity.public_hosted_zone(zone))
