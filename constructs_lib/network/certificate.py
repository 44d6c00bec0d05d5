"""TLS for a base's domain and every name one label below it."""

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from constructs import Construct


class WildcardCertificate(Construct):
    """The given certificate, or one that is issued for the domain and validated in its hosted zone."""

    def __init__(
        self, scope: Construct, construct_id: str, *, domain: str, hosted_zone_id: str, arn: str | None
    ) -> None:
        super().__init__(scope, construct_id)
        self.certificate: acm.ICertificate = (
            acm.Certificate.from_certificate_arn(self, "Certificate", arn)
            if arn
            else acm.Certificate(
                self,
                "Certificate",
                domain_name=domain,
                subject_alternative_names=[f"*.{domain}"],
                validation=acm.CertificateValidation.from_dns(
                    route53.HostedZone.from_hosted_zone_attributes(
                        self, "Zone", hosted_zone_id=hosted_zone_id, zone_name=domain
                    )
                ),
            )
        )
