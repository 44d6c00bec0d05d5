"""Who may talk to whom inside a base's VPC."""

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.network.ports import CACHE_PORT, POSTGRES_PORT


class SecurityGroups(Construct):
    """The groups that a base owns. Tasks of every app join `application`, which data accepts connections from.

    Clients in `allowed_cidrs` reach the load balancer; all of them where there are none.
    An app opens its own ports to `load_balancer` in a group of its own, so that a new app changes nothing here.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc, cidr: str, allowed_cidrs: Sequence[str] = ()
    ) -> None:
        super().__init__(scope, construct_id)
        self.load_balancer = ec2.SecurityGroup(
            self,
            "LoadBalancer",
            vpc=vpc,
            # Also where not: another description would replace the group, and the load balancer's with it.
            description="Load balancer: HTTP and HTTPS from anywhere",
            allow_all_outbound=False,
        )
        for peer in [ec2.Peer.ipv4(block) for block in allowed_cidrs] or [ec2.Peer.any_ipv4()]:
            self.load_balancer.add_ingress_rule(peer, ec2.Port.HTTP, "Redirected to HTTPS")
            self.load_balancer.add_ingress_rule(peer, ec2.Port.HTTPS, "HTTPS")
        self.load_balancer.add_egress_rule(ec2.Peer.ipv4(cidr), ec2.Port.all_tcp(), "Tasks in the VPC")
        acknowledge(
            self.load_balancer,
            {"AwsSolutions-EC23": "A public site: 80 and 443 of the load balancer are open to everyone"},
        )
        self.application = ec2.SecurityGroup(
            self, "Application", vpc=vpc, description="Tasks that may reach the database and the cache"
        )
        self.bastion = ec2.SecurityGroup(
            self,
            "Bastion",
            vpc=vpc,
            description="Bastion: reached through Systems Manager, never from a network",
        )
        self.database = ec2.SecurityGroup(self, "Database", vpc=vpc, description="PostgreSQL", allow_all_outbound=False)
        self.database.add_ingress_rule(self.application, ec2.Port.tcp(POSTGRES_PORT), "Tasks")
        self.database.add_ingress_rule(self.bastion, ec2.Port.tcp(POSTGRES_PORT), "Port forwarding")
        self._vpc = vpc

    def add_cache(self) -> ec2.SecurityGroup:
        """Add and return the group of the cache that the base itself has."""
        cache = ec2.SecurityGroup(self, "Cache", vpc=self._vpc, description="Valkey", allow_all_outbound=False)
        cache.add_ingress_rule(self.application, ec2.Port.tcp(CACHE_PORT), "Tasks")
        return cache
