"""Names that resolve inside a base's VPC alone."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_servicediscovery as servicediscovery
from constructs import Construct


class PrivateNames(Construct):
    """The private domain below which ECS registers the caches of a base's apps."""

    def __init__(self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc, domain: str) -> None:
        super().__init__(scope, construct_id)
        self.namespace = servicediscovery.PrivateDnsNamespace(self, "Namespace", vpc=vpc, name=domain)
