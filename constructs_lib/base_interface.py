"""What an app knows of its base: a fixed set of SSM parameters, and nothing else.

An app's template has a parameter for each of them that it uses. CloudFormation reads their values whenever it makes a
change set, and nothing is exported: a base can always be updated under its apps, and an app never changes its base's
template.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_servicediscovery as servicediscovery
from aws_cdk import aws_sns as sns
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from constructs_lib.config.naming import (
    STACK_OUTPUTS,
    AdHocBaseOutput,
    BaseOutput,
    ProdBaseOutput,
    private_subnet_output,
)

if TYPE_CHECKING:  # an app needs none of a base's parts, and loading them takes longer than synthesising it
    from constructs_lib.config.naming import EnvironmentName
    from constructs_lib.data.bucket_emptier import BucketEmptier
    from constructs_lib.data.cache import Cache
    from constructs_lib.data.database import Database
    from constructs_lib.data.storage import AccessLogsBucket
    from constructs_lib.network.bastion import Bastion
    from constructs_lib.network.ingress import Ingress
    from constructs_lib.network.private_names import PrivateNames
    from constructs_lib.network.security_groups import SecurityGroups
    from constructs_lib.observability.notifications import Notifications
    from constructs_lib.release.task_runner import TaskRunner


def publish(
    scope: Construct,
    *,
    name: EnvironmentName,
    vpc: ec2.IVpc,
    security_groups: SecurityGroups,
    ingress: Ingress,
    database: Database,
    bastion: Bastion,
    task_runner: TaskRunner,
) -> None:
    """Publish the values of the base `name`."""
    load_balancer = ingress.load_balancer
    private = vpc.select_subnets(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)
    values = {
        BaseOutput.VPC_ID: vpc.vpc_id,
        BaseOutput.APPLICATION_SECURITY_GROUP_ID: security_groups.application.security_group_id,
        BaseOutput.LOAD_BALANCER_FULL_NAME: load_balancer.load_balancer_full_name,
        BaseOutput.LOAD_BALANCER_DNS_NAME: load_balancer.load_balancer_dns_name,
        BaseOutput.LOAD_BALANCER_ZONE_ID: load_balancer.load_balancer_canonical_hosted_zone_id,
        BaseOutput.LOAD_BALANCER_SECURITY_GROUP_ID: security_groups.load_balancer.security_group_id,
        BaseOutput.LISTENER_ARN: ingress.listener.listener_arn,
        BaseOutput.DATABASE_HOST: database.host,
        BaseOutput.MASTER_CREDENTIALS_ARN: database.master_secret_arn,
        BaseOutput.BASTION_INSTANCE_ID: bastion.instance.instance_id,
        BaseOutput.TASK_RUNNER_ARN: task_runner.service_token,
        BaseOutput.TASK_STEP_ARN: task_runner.step_arn,
    }
    for index, subnet_id in enumerate(private.subnet_ids, start=1):
        _publish(scope, name, private_subnet_output(index), subnet_id)
    for key, value in values.items():
        _publish(scope, name, key, value)
    for key in STACK_OUTPUTS:
        cdk.CfnOutput(scope, key, value=values[key]).override_logical_id(key)


def publish_ad_hoc(
    scope: Construct, *, name: EnvironmentName, bucket_emptier: BucketEmptier, names: PrivateNames
) -> None:
    """Publish the values that only ad hoc bases have."""
    _publish(scope, name, AdHocBaseOutput.BUCKET_EMPTIER_ARN, bucket_emptier.service_token)
    _publish(scope, name, AdHocBaseOutput.BUCKET_EMPTIER_ROLE_ARN, bucket_emptier.role_arn)
    _publish(scope, name, AdHocBaseOutput.NAMESPACE_ID, names.namespace.namespace_id)


def publish_production(
    scope: Construct,
    *,
    name: EnvironmentName,
    notifications: Notifications,
    database: Database,
    cache: Cache,
    access_logs: AccessLogsBucket,
) -> None:
    """Publish the values that only production bases have."""
    _publish(scope, name, ProdBaseOutput.ACCESS_LOGS_BUCKET_NAME, access_logs.bucket.bucket_name)
    _publish(scope, name, ProdBaseOutput.ALARM_TOPIC_ARN, notifications.topic.topic_arn)
    _publish(scope, name, ProdBaseOutput.CACHE_HOST, cache.host)
    _publish(scope, name, ProdBaseOutput.CACHE_ID, cache.group_id)
    if cache.password is not None:
        _publish(scope, name, ProdBaseOutput.CACHE_PASSWORD_ARN, cache.password.secret_arn)
    _publish(scope, name, ProdBaseOutput.DATABASE_ID, database.instance.instance_identifier)


def _publish(scope: Construct, name: EnvironmentName, key: str, value: str) -> None:
    parameter = ssm.CfnParameter(scope, f"Published{key}", type="String", name=name.published(key), value=value)
    parameter.override_logical_id(f"Published{key}")


class ImportedBase(Construct):
    """A deployed base as an app sees it, in CDK's own interfaces."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: EnvironmentName,
        availability_zones: int,
        domain: str,
        hosted_zone_id: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self.stack_name = name.stack
        self.domain = domain
        self._name = name
        self.master_credentials_arn = self._value(BaseOutput.MASTER_CREDENTIALS_ARN)
        self.task_runner_arn = self._value(BaseOutput.TASK_RUNNER_ARN)
        self.database_host = self._value(BaseOutput.DATABASE_HOST)
        self.vpc = ec2.Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=self._value(BaseOutput.VPC_ID),
            # By position, as the base takes them.
            availability_zones=cdk.Stack.of(self).availability_zones[:availability_zones],
            private_subnet_ids=[
                self._value(private_subnet_output(index)) for index in range(1, availability_zones + 1)
            ],
        )
        self.application_security_group = self._security_group(
            "ApplicationSecurityGroup", BaseOutput.APPLICATION_SECURITY_GROUP_ID
        )
        load_balancer_security_group = self._security_group(
            "LoadBalancerSecurityGroup", BaseOutput.LOAD_BALANCER_SECURITY_GROUP_ID
        )
        self.load_balancer_dns_name = self._value(BaseOutput.LOAD_BALANCER_DNS_NAME)
        self.load_balancer_zone_id = self._value(BaseOutput.LOAD_BALANCER_ZONE_ID)
        self.listener = elbv2.ApplicationListener.from_application_listener_attributes(
            self,
            "Listener",
            listener_arn=self._value(BaseOutput.LISTENER_ARN),
            security_group=load_balancer_security_group,
        )
        self.zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=hosted_zone_id, zone_name=domain
        )

    @property
    def task_step_arn(self) -> str:
        """The function that starts tasks and looks whether they have ended; apps with jobs alone use it."""
        return self._value(BaseOutput.TASK_STEP_ARN)

    def _value(self, key: str) -> str:
        """Return a published value: a parameter of the app's template, made when it is first used."""
        parameter = self.node.try_find_child(key)
        if parameter is None:
            parameter = cdk.CfnParameter(
                self, key, type="AWS::SSM::Parameter::Value<String>", default=self._name.published(key)
            )
            parameter.override_logical_id(f"Base{key}")
        return cast("cdk.CfnParameter", parameter).value_as_string

    def _security_group(self, construct_id: str, output: BaseOutput) -> ec2.ISecurityGroup:
        # The base owns the group's rules; an app adds none.
        return ec2.SecurityGroup.from_security_group_id(self, construct_id, self._value(output), mutable=False)


class ImportedAdHocBase(ImportedBase):
    """A deployed base of ad hoc environments as an app sees it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: EnvironmentName,
        availability_zones: int,
        domain: str,
        hosted_zone_id: str,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            name=name,
            availability_zones=availability_zones,
            domain=domain,
            hosted_zone_id=hosted_zone_id,
        )
        self.bucket_emptier_arn = self._value(AdHocBaseOutput.BUCKET_EMPTIER_ARN)
        self.bucket_emptier_role_arn = self._value(AdHocBaseOutput.BUCKET_EMPTIER_ROLE_ARN)
        namespace_id = self._value(AdHocBaseOutput.NAMESPACE_ID)
        self.namespace = servicediscovery.PrivateDnsNamespace.from_private_dns_namespace_attributes(
            self,
            "Namespace",
            namespace_id=namespace_id,
            namespace_name=name.private_domain,
            namespace_arn=cdk.Stack.of(self).format_arn(
                service="servicediscovery", resource="namespace", resource_name=namespace_id
            ),
        )


class ImportedProdBase(ImportedBase):
    """A deployed production base as an app sees it; `cache_password_arn` is None where its cache has no password."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: EnvironmentName,
        availability_zones: int,
        domain: str,
        hosted_zone_id: str,
        cache_tls: bool,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            name=name,
            availability_zones=availability_zones,
            domain=domain,
            hosted_zone_id=hosted_zone_id,
        )
        self.load_balancer_full_name = self._value(BaseOutput.LOAD_BALANCER_FULL_NAME)
        self.access_logs_bucket = self._value(ProdBaseOutput.ACCESS_LOGS_BUCKET_NAME)
        self.cache_host = self._value(ProdBaseOutput.CACHE_HOST)
        self.cache_id = self._value(ProdBaseOutput.CACHE_ID)
        self.cache_password_arn = self._value(ProdBaseOutput.CACHE_PASSWORD_ARN) if cache_tls else None
        self.database_id = self._value(ProdBaseOutput.DATABASE_ID)
        self.alarm_topic = sns.Topic.from_topic_arn(self, "AlarmTopic", self._value(ProdBaseOutput.ALARM_TOPIC_ARN))
