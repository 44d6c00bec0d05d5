"""The address of an application."""

from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
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
        load_balancer: elbv2.IApplicationLoadBalancer,
    ) -> None:
        super().__init__(scope, construct_id)
        self.record = route53.ARecord(
            self,
            "Alias",
            zone=zone,
            record_name=f"{host}.",
            target=route53.RecordTarget.from_alias(targets.LoadBalancerTarget(load_balancer)),
        )
