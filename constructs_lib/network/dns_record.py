"""The address of an application."""

from aws_cdk import aws_route53 as route53
from constructs import Construct


class DnsRecord(Construct):
    """A Route 53 alias from the application's host name to the load balancer of its base."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        host: str,
        zone: route53.IHostedZone,
        dns_name: str,
        load_balancer_zone_id: str,
    ) -> None:
        super().__init__(scope, construct_id)
        # CDK's own target takes a whole load balancer, of which an app knows these two values.
        route53.CfnRecordSet(
            Construct(self, "Alias"),
            "Resource",
            hosted_zone_id=zone.hosted_zone_id,
            name=f"{host}.",
            type="A",
            alias_target=route53.CfnRecordSet.AliasTargetProperty(
                dns_name=f"dualstack.{dns_name}", hosted_zone_id=load_balancer_zone_id
            ),
        )
