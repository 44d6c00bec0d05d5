"""The VPC: public, private and isolated subnets, and the way out."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.access.role_path import put_profile_into_path
from constructs_lib.acknowledge import acknowledge
from constructs_lib.config.model import Nat
from constructs_lib.observability.log_group import LogGroup

NAT_INSTANCE_TYPE = "t4g.nano"
LOOK_UP_TAGS = ("aws-cdk:subnet-name", "aws-cdk:subnet-type")
"""What `Vpc.from_lookup` reads. Nothing here looks a VPC up, and the tags are 1 % of what a change set takes."""


class Network(Construct):
    """A VPC whose public subnets hold the load balancer, private ones tasks, isolated ones data.

    The block is divided evenly between the subnets. Traffic to S3, image layers among it, takes a gateway endpoint
    and costs nothing.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cidr: str,
        availability_zones: int,
        nat: Nat,
        nat_count: int,
    ) -> None:
        super().__init__(scope, construct_id)
        instances = (
            ec2.NatProvider.instance_v2(
                instance_type=ec2.InstanceType(NAT_INSTANCE_TYPE),
                default_allowed_traffic=ec2.NatTrafficDirection.OUTBOUND_ONLY,
                # Its subnet gives none, and without one it leads nowhere: https://github.com/aws/aws-cdk/issues/31711
                associate_public_ip_address=True,
            )
            if nat == "instance"
            else None
        )
        self._nat = instances or ec2.NatProvider.gateway()
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(cidr),
            max_azs=availability_zones,
            nat_gateways=nat_count,
            nat_gateway_provider=self._nat,
            # Emptying the default security group takes a Lambda function in every base; nothing here uses the group.
            restrict_default_security_group=False,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="Public", subnet_type=ec2.SubnetType.PUBLIC, map_public_ip_on_launch=False
                ),
                ec2.SubnetConfiguration(name="Private", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
                ec2.SubnetConfiguration(name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            ],
            gateway_endpoints={"S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3)},
        )
        for tag in LOOK_UP_TAGS:
            cdk.Tags.of(self.vpc).remove(tag)
        if instances is not None:
            for instance in instances.gateway_instances:
                put_profile_into_path(instance)
                acknowledge(
                    instance,
                    {
                        "AwsSolutions-EC26": "It forwards packets and keeps none of them",
                        "AwsSolutions-EC28": "A cheap way out for tests; five-minute metrics do",
                        "AwsSolutions-EC29": "It holds nothing: a new one takes its place in minutes",
                    },
                )
            instances.connections.allow_from(ec2.Peer.ipv4(cidr), ec2.Port.all_traffic())

    @property
    def nat_ids(self) -> list[str]:
        """Ids of the NAT gateways, or of the instances in their place."""
        return [gateway.gateway_id for gateway in self._nat.configured_gateways]

    def log_flows(self, *, retention_days: int) -> None:
        """Keep a record of accepted and rejected traffic in CloudWatch Logs."""
        group = LogGroup(
            self, "FlowLogs", retention_days=retention_days, removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
        )
        self.vpc.add_flow_log("FlowLog", destination=ec2.FlowLogDestination.to_cloud_watch_logs(group))
