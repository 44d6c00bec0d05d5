"""The bastion: the far end of port forwarding to the database."""

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.access.role_path import put_profile_into_path
from constructs_lib.acknowledge import acknowledge

INSTANCE_TYPE = "t4g.nano"
UPGRADE = "dnf --assumeyes --releasever=latest upgrade"
SWAP = "/var/swapfile"
SWAP_MIB = 1024
EVERY_BOOT = "/var/lib/cloud/scripts/per-boot/upgrade"
AGENT_POLICY_FINDING = "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonSSMManagedInstanceCore]"


class Bastion(Construct):
    """The smallest ARM instance, in a private subnet, without key or inbound rule; reached through SSM alone."""

    def __init__(
        self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc, security_group: ec2.ISecurityGroup
    ) -> None:
        super().__init__(scope, construct_id)
        user_data = ec2.UserData.for_linux()
        user_data.add_commands(
            # cloud-init runs user data at the first boot, and what is in this folder at every later one.
            # dnf takes more memory than the instance has, and is killed without swap.
            f"dd if=/dev/zero of={SWAP} bs=1M count={SWAP_MIB} && chmod 600 {SWAP}",
            f"mkswap {SWAP} && swapon {SWAP} && echo '{SWAP} none swap defaults 0 0' >>/etc/fstab",
            f"printf '%s\\n' '#!/bin/sh' '{UPGRADE}' >{EVERY_BOOT}",
            f"chmod 755 {EVERY_BOOT}",
            UPGRADE,
        )
        self.instance = ec2.Instance(
            self,
            "Instance",
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
            instance_type=ec2.InstanceType(INSTANCE_TYPE),
            machine_image=ec2.MachineImage.latest_amazon_linux2023(cpu_type=ec2.AmazonLinuxCpuType.ARM_64),
            security_group=security_group,
            require_imdsv2=True,
            ssm_session_permissions=True,
            user_data=user_data,
            block_devices=[
                ec2.BlockDevice(
                    device_name="/dev/xvda",
                    volume=ec2.BlockDeviceVolume.ebs(8, encrypted=True, volume_type=ec2.EbsDeviceVolumeType.GP3),
                )
            ],
        )
        put_profile_into_path(self.instance)
        # Its first boot needs the way out: user data runs once, and the agent registers with it.
        private = vpc.select_subnets(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)
        self.instance.instance.node.add_dependency(private.internet_connectivity_established)
        acknowledge(
            self.instance,
            {
                "AwsSolutions-EC28": "It forwards a port now and then; five-minute metrics do",
                "AwsSolutions-EC29": "It holds nothing: a new one takes its place in minutes",
                AGENT_POLICY_FINDING: "AWS keeps this policy in step with what the agent needs",
            },
        )
