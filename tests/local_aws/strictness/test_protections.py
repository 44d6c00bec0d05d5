"""What is protected, in use or not empty stays, whether an API or CloudFormation is asked to delete it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, WaiterError

if TYPE_CHECKING:
    from tests.local_aws.accounts import Account


def refused(account: Account, service: str, operation: str, **parameters: Any) -> str:
    """Call an operation that has to be refused; return the error code."""
    with pytest.raises(ClientError) as error:
        getattr(account.client(service), operation)(**parameters)
    return str(error.value.response["Error"]["Code"])


def balancer(**properties: Any) -> dict[str, Any]:
    return {"It": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": properties}}


def test_a_protected_load_balancer_stays_until_its_protection_is_off(account: Account) -> None:
    protection = {"Key": "deletion_protection.enabled", "Value": "true"}
    arn = account.deploy("it", balancer(LoadBalancerAttributes=[protection])).physical_ids["It"]
    elb = account.client("elbv2")

    assert refused(account, "elbv2", "delete_load_balancer", LoadBalancerArn=arn) == "OperationNotPermitted"
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[{**protection, "Value": "false"}])
    elb.delete_load_balancer(LoadBalancerArn=arn)

    assert elb.describe_load_balancers()["LoadBalancers"] == []


def test_a_protected_database_stays(account: Account) -> None:
    account.client("rds").create_db_instance(
        DBInstanceIdentifier="it", Engine="postgres", DBInstanceClass="db.t4g.micro", DeletionProtection=True
    )
    parameters = {"DBInstanceIdentifier": "it", "SkipFinalSnapshot": True}

    assert refused(account, "rds", "delete_db_instance", **parameters) == "InvalidParameterCombination"


def test_a_protected_stack_stays(account: Account) -> None:
    account.deploy("it", {"Topic": {"Type": "AWS::SNS::Topic"}})
    cloudformation = account.client("cloudformation")
    cloudformation.update_termination_protection(StackName="it", EnableTerminationProtection=True)

    assert refused(account, "cloudformation", "delete_stack", StackName="it") == "ValidationError"

    cloudformation.update_termination_protection(StackName="it", EnableTerminationProtection=False)
    account.delete("it")


def test_a_bucket_with_objects_stays(account: Account) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket="it-has-objects", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="it-has-objects", Key="a", Body=b"x")

    assert refused(account, "s3", "delete_bucket", Bucket="it-has-objects") == "BucketNotEmpty"


def test_a_target_group_of_a_listener_stays(account: Account, network: dict[str, Any]) -> None:
    group = {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {"Port": 80, "Protocol": "HTTP"}}
    forward = [{"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}}]
    listener = {
        "Type": "AWS::ElasticLoadBalancingV2::Listener",
        "Properties": {"LoadBalancerArn": {"Ref": "It"}, "Port": 80, "Protocol": "HTTP", "DefaultActions": forward},
    }
    stack = account.deploy("it", {**network, **balancer(), "Targets": group, "Listener": listener})

    code = refused(account, "elbv2", "delete_target_group", TargetGroupArn=stack.physical_ids["Targets"])

    assert code == "ResourceInUse"
    account.delete("it")


INSIDE = {
    "load balancer": {
        "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "Properties": {"Subnets": [{"Ref": "Subnet"}], "SecurityGroups": [{"Ref": "Group"}]},
    },
    "database": {
        "Type": "AWS::RDS::DBInstance",
        "DeletionPolicy": "Delete",
        "Properties": {
            "Engine": "postgres",
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": "20",
            "MasterUsername": "master",
            "MasterUserPassword": "not-a-secret",
            "DBSubnetGroupName": {"Ref": "Databases"},
            "VPCSecurityGroups": [{"Ref": "Group"}],
        },
    },
    "cache": {
        "Type": "AWS::ElastiCache::ReplicationGroup",
        "Properties": {
            "ReplicationGroupDescription": "it",
            "Engine": "valkey",
            "CacheNodeType": "cache.t4g.micro",
            "NumCacheClusters": 1,
            "CacheSubnetGroupName": {"Ref": "Caches"},
            "SecurityGroupIds": [{"Ref": "Group"}],
        },
    },
    "instance": {
        "Type": "AWS::EC2::Instance",
        "Properties": {
            "ImageId": "ami-1",
            "InstanceType": "t4g.nano",
            "SubnetId": {"Ref": "Subnet"},
            "SecurityGroupIds": [{"Ref": "Group"}],
        },
    },
    "endpoint": {
        "Type": "AWS::EC2::VPCEndpoint",
        "Properties": {
            "VpcId": {"Ref": "Vpc"},
            "VpcEndpointType": "Interface",
            "ServiceName": "com.amazonaws.eu-central-1.ssm",
            "SubnetIds": [{"Ref": "Subnet"}],
            "SecurityGroupIds": [{"Ref": "Group"}],
        },
    },
}
SUBNET_GROUPS = {
    "database": {
        "Databases": {
            "Type": "AWS::RDS::DBSubnetGroup",
            "Properties": {"DBSubnetGroupDescription": "it", "SubnetIds": [{"Ref": "Subnet"}]},
        }
    },
    "cache": {
        "Caches": {
            "Type": "AWS::ElastiCache::SubnetGroup",
            "Properties": {"Description": "it", "SubnetIds": [{"Ref": "Subnet"}]},
        }
    },
}


@pytest.mark.parametrize("kind", INSIDE)
def test_subnet_security_group_and_vpc_stay_while_something_stands_in_them(
    account: Account, network: dict[str, Any], kind: str
) -> None:
    stack = account.deploy("it", {**network, **SUBNET_GROUPS.get(kind, {}), "Inside": INSIDE[kind]})
    ids = stack.physical_ids

    assert refused(account, "ec2", "delete_security_group", GroupId=ids["Group"]) == "DependencyViolation"
    assert refused(account, "ec2", "delete_subnet", SubnetId=ids["Subnet"]) == "DependencyViolation"
    assert refused(account, "ec2", "delete_vpc", VpcId=ids["Vpc"]) == "DependencyViolation"

    account.delete("it")

    vpcs = account.client("ec2").describe_vpcs()["Vpcs"]
    assert ids["Vpc"] not in [vpc["VpcId"] for vpc in vpcs]


def test_what_another_stack_stands_in_cannot_be_deleted(account: Account, network: dict[str, Any]) -> None:
    """As an orphan of a failed creation does: `DeletionPolicy: Retain` keeps it, and it occupies its VPC."""
    base = account.deploy("base", network).physical_ids
    properties = {"Subnets": [base["Subnet"]], "SecurityGroups": [base["Group"]]}
    account.deploy("orphan", balancer(**properties))

    with pytest.raises(WaiterError):
        account.delete("base")

    failures = account.failures("base")
    assert any(f"resource {base['Group']} has a dependent object" in reason for reason in failures)
    assert any(f"The subnet '{base['Subnet']}' has dependencies" in reason for reason in failures)
    account.delete("orphan")
    account.delete("base")


def test_a_security_group_that_a_rule_of_another_names_stays(account: Account, network: dict[str, Any]) -> None:
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "SourceSecurityGroupId": {"Ref": "Group"}}
    other = {"GroupDescription": "it", "VpcId": {"Ref": "Vpc"}, "SecurityGroupIngress": [rule]}
    stack = account.deploy("it", {**network, "Other": {"Type": "AWS::EC2::SecurityGroup", "Properties": other}})

    code = refused(account, "ec2", "delete_security_group", GroupId=stack.physical_ids["Group"])

    assert code == "DependencyViolation"
    account.client("ec2").delete_security_group(GroupId=stack.physical_ids["Other"])
    account.client("ec2").delete_security_group(GroupId=stack.physical_ids["Group"])


def test_a_vpc_with_a_gateway_endpoint_stays(account: Account, network: dict[str, Any]) -> None:
    properties = {"VpcId": {"Ref": "Vpc"}, "ServiceName": "com.amazonaws.eu-central-1.s3"}
    endpoint = {"Type": "AWS::EC2::VPCEndpoint", "Properties": properties}
    stack = account.deploy("it", {"Vpc": network["Vpc"], "Endpoint": endpoint})

    assert refused(account, "ec2", "delete_vpc", VpcId=stack.physical_ids["Vpc"]) == "DependencyViolation"


def service(account: Account) -> dict[str, str]:
    """Return the physical ids of a stack with a service on a capacity provider of its cluster."""
    strategy = [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]
    container = {"Name": "app", "Image": "nothing:v1"}
    resources = {
        "Cluster": {"Type": "AWS::ECS::Cluster"},
        "Providers": {
            "Type": "AWS::ECS::ClusterCapacityProviderAssociations",
            "Properties": {
                "Cluster": {"Ref": "Cluster"},
                "CapacityProviders": ["FARGATE", "FARGATE_SPOT"],
                "DefaultCapacityProviderStrategy": [],
            },
        },
        "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": [container]}},
        "Service": {
            "Type": "AWS::ECS::Service",
            "DependsOn": ["Providers"],
            "Properties": {
                "Cluster": {"Ref": "Cluster"},
                "TaskDefinition": {"Ref": "Task"},
                "CapacityProviderStrategy": strategy,
            },
        },
    }
    return account.deploy("it", resources).physical_ids


def test_a_capacity_provider_that_a_service_runs_on_is_not_taken_away(account: Account) -> None:
    ids = service(account)
    only = {"capacityProviders": ["FARGATE"], "defaultCapacityProviderStrategy": []}
    operation = "put_cluster_capacity_providers"

    assert refused(account, "ecs", operation, cluster=ids["Cluster"], **only) == "ResourceInUseException"

    other = {"capacityProviders": ["FARGATE_SPOT"], "defaultCapacityProviderStrategy": []}
    account.client("ecs").put_cluster_capacity_providers(cluster=ids["Cluster"], **other)
    account.delete("it")


def test_a_cluster_with_services_stays(account: Account) -> None:
    ids = service(account)

    assert refused(account, "ecs", "delete_cluster", cluster=ids["Cluster"]) == "ClusterContainsServicesException"


@pytest.mark.parametrize(("policy", "kept"), [("Retain", True), ("RetainExceptOnCreate", False)])
def test_what_a_failed_creation_leaves_depends_on_the_deletion_policy(
    account: Account, network: dict[str, Any], policy: str, *, kept: bool
) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html"""
    database = {**INSIDE["database"], "DeletionPolicy": policy}
    fails = {"Type": "AWS::SNS::Topic", "DependsOn": ["Inside"], "Properties": {"TopicName": "taken"}}
    account.client("sns").create_topic(Name="taken")
    resources = {**network, **SUBNET_GROUPS["database"], "Inside": database, "Fails": fails}

    with pytest.raises(WaiterError):
        account.deploy("it", resources)

    databases = account.client("rds").describe_db_instances()["DBInstances"]
    vpcs = [vpc for vpc in account.client("ec2").describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
    assert (len(databases), len(vpcs)) == ((1, 1) if kept else (0, 0))
