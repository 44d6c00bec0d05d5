"""The way back to an empty account: what `gitops destroy` keeps, the CDK's bootstrap, and the account's stack.

Everything to delete is found through CloudFormation: stacks of this run's names, deleted or not, and what they kept.
Each function can be run again after a failure. A person does this once; it is no command of gitops, which keeps data.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from constructs_lib.config.naming import BOOTSTRAP_QUALIFIER, TOOLKIT_STACK
from gitops.deploy.bootstrapping import READ_PARAMETERS_POLICY
from tests.smoke.journey import ALPHA, APP, IMAGE, Journey

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.smoke.place import Place
    from tests.smoke.report import Report, Step

STACKS = ("dev-alpha", "prod-app", "dev-base", "prod-base", TOOLKIT_STACK, "accounts-main")
GONE = {
    "DBInstanceNotFound",
    "DBInstanceNotFoundFault",
    "DBParameterGroupNotFound",
    "DBParameterGroupNotFoundFault",
    "DBSubnetGroupNotFoundFault",
    "CacheParameterGroupNotFound",
    "CacheSubnetGroupNotFoundFault",
    "InvalidGroup.NotFound",
    "InvalidSubnetID.NotFound",
    "InvalidVpcID.NotFound",
    "NoSuchBucket",
    "NoSuchEntity",
    "ReplicationGroupNotFoundFault",
    "RepositoryNotFoundException",
    "ResourceNotFoundException",
    "UserGroupNotFound",
    "UserGroupNotFoundFault",
    "UserNotFound",
    "UserNotFoundFault",
}
"""Error codes by which services say that a resource is not there."""


class CleanUp:
    """Deletes everything that a journey has made, in one account."""

    def __init__(self, place: Place, journey: Journey) -> None:
        self._place = place
        self._journey = journey

    def run(self, report: Report) -> None:
        """Delete environments that are left, what they kept, and what `gitops bootstrap` made."""
        report.run("Destroy what is left", self.environments)
        report.run("Delete what production kept", self.kept)
        report.run("Delete what bootstrap made", self.account)
        report.run("The account is empty", self.empty)

    def environments(self, step: Step) -> None:
        """Destroy environments after a failed journey; there are none after a whole one."""
        place = self._place
        self._journey.declare_account_and_base()
        for name, stack in ((ALPHA, "dev-alpha"), (APP, "prod-app"), ("dev", "dev-base"), ("prod", "prod-base")):
            place.remove(name if "/" in name else f"{name}/base")
            if place.status(stack):
                place.gitops(step, "destroy", name, "--yes", "--confirm", name, "--region", place.region)
            step.check(f"{stack} is gone", not place.status(stack))

    def kept(self, step: Step) -> None:
        """Delete what stacks have kept, in the order in which AWS lets it go."""
        kept = self._kept("prod-base") + self._kept("dev-base") + self._kept("dev-alpha") + self._kept("prod-app")
        for resource_type, delete in self._deletions().items():
            for physical_id in [found for kind, found in kept if kind == resource_type]:
                _unless_gone(delete, physical_id)
                step.checks.append(f"deleted {resource_type} {physical_id}")
        rest = sorted({kind for kind, _ in kept} - self._deletions().keys() - _WITH_ANOTHER)
        step.check("every type that was kept can be deleted here" + (f": {rest}" if rest else ""), not rest)

    def account(self, step: Step) -> None:
        """Delete the CDK's bootstrap, whose role holds the permissions boundary, and then the account's stack."""
        place, cloudformation = self._place, self._place.client("cloudformation")
        # A policy that its stack does not know may keep a role from being deleted.
        role = f"cdk-{BOOTSTRAP_QUALIFIER}-deploy-role-{place.account_id}-{place.region}"
        _unless_gone(partial(self._delete_role_policy, role), READ_PARAMETERS_POLICY)
        for stack in (TOOLKIT_STACK, "accounts-main"):
            if place.status(stack):
                cloudformation.update_termination_protection(StackName=stack, EnableTerminationProtection=False)
                cloudformation.delete_stack(StackName=stack)
                place.wait(f"{stack} is gone", partial(self._is_deleted, stack))
            step.check(f"{stack} is gone", not place.status(stack))
        _unless_gone(self._delete_bucket, f"cdk-{BOOTSTRAP_QUALIFIER}-assets-{place.account_id}-{place.region}")
        _unless_gone(lambda name: place.client("ecr").delete_repository(repositoryName=name, force=True), IMAGE)

    def empty(self, step: Step) -> None:
        """Ask each service for what a run leaves behind when something is forgotten."""
        client = self._place.client
        step.check("no stack", not any(map(self._place.status, STACKS)))
        step.check("no database", not client("rds").describe_db_instances()["DBInstances"])
        step.check("no cache", not client("elasticache").describe_replication_groups()["ReplicationGroups"])
        step.check("no load balancer", not client("elbv2").describe_load_balancers()["LoadBalancers"])
        vpcs = client("ec2").describe_vpcs()["Vpcs"]
        step.check("no VPC but the default one", all(vpc["IsDefault"] for vpc in vpcs))
        step.check("no Elastic IP", not client("ec2").describe_addresses()["Addresses"])
        clusters = client("ecs").describe_clusters(clusters=client("ecs").list_clusters()["clusterArns"] or ["none"])
        step.check("no active cluster", not [c for c in clusters["clusters"] if c["status"] == "ACTIVE"])
        repositories = {found["repositoryName"] for found in client("ecr").describe_repositories()["repositories"]}
        step.check(f"no repository {IMAGE}", IMAGE not in repositories)
        prefixes = ("dev-", "prod-", f"cdk-{BOOTSTRAP_QUALIFIER}-")
        names = [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]]
        step.check("no bucket", not [name for name in names if name.startswith(prefixes)])
        roles = [role for page in client("iam").get_paginator("list_roles").paginate() for role in page["Roles"]]
        step.check("no role of an environment", not [role for role in roles if role["Path"] == "/gitops/"])

    def _is_deleted(self, stack: str) -> bool:
        return not self._place.status(stack)

    def _kept(self, stack: str) -> list[tuple[str, str]]:
        """Return types and ids of what deleted stacks of a name have kept."""
        cloudformation = self._place.client("cloudformation")
        pages = cloudformation.get_paginator("list_stacks").paginate(StackStatusFilter=["DELETE_COMPLETE"])
        deleted = [s["StackId"] for page in pages for s in page["StackSummaries"] if s["StackName"] == stack]
        return [
            (event["ResourceType"], event["PhysicalResourceId"])
            for stack_id in deleted
            for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_id)
            for event in page["StackEvents"]
            if event["ResourceStatus"] == "DELETE_SKIPPED"
        ]

    def _deletions(self) -> dict[str, Callable[[str], object]]:
        """Return how to delete each type that is kept, in the order of dependencies."""
        client = self._place.client
        rds, cache, ec2 = client("rds"), client("elasticache"), client("ec2")
        return {
            "AWS::RDS::DBInstance": self._delete_database,
            "AWS::ElastiCache::ReplicationGroup": self._delete_cache,
            "AWS::RDS::DBSubnetGroup": lambda name: rds.delete_db_subnet_group(DBSubnetGroupName=name),
            "AWS::RDS::DBParameterGroup": lambda name: rds.delete_db_parameter_group(DBParameterGroupName=name),
            "AWS::ElastiCache::UserGroup": self._delete_user_group,
            "AWS::ElastiCache::User": lambda name: cache.delete_user(UserId=name),
            "AWS::ElastiCache::SubnetGroup": lambda name: cache.delete_cache_subnet_group(CacheSubnetGroupName=name),
            "AWS::ElastiCache::ParameterGroup": lambda name: cache.delete_cache_parameter_group(
                CacheParameterGroupName=name
            ),
            "AWS::EC2::SecurityGroup": lambda name: ec2.delete_security_group(GroupId=name),
            "AWS::EC2::Subnet": lambda name: ec2.delete_subnet(SubnetId=name),
            "AWS::EC2::VPC": lambda name: ec2.delete_vpc(VpcId=name),
            "AWS::IAM::Role": self._delete_role,
            "AWS::SecretsManager::Secret": lambda name: client("secretsmanager").delete_secret(
                SecretId=name, ForceDeleteWithoutRecovery=True
            ),
            "AWS::Logs::LogGroup": lambda name: client("logs").delete_log_group(logGroupName=name),
            "AWS::S3::Bucket": self._delete_bucket,
        }

    def _delete_database(self, name: str) -> None:
        rds = self._place.client("rds")
        rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False, ApplyImmediately=True)
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True, DeleteAutomatedBackups=True)
        self._wait_gone(name, lambda: rds.describe_db_instances(DBInstanceIdentifier=name))

    def _delete_cache(self, name: str) -> None:
        cache = self._place.client("elasticache")
        cache.delete_replication_group(ReplicationGroupId=name)
        self._wait_gone(name, lambda: cache.describe_replication_groups(ReplicationGroupId=name))

    def _delete_user_group(self, name: str) -> None:
        cache = self._place.client("elasticache")
        cache.delete_user_group(UserGroupId=name)
        self._wait_gone(name, lambda: cache.describe_user_groups(UserGroupId=name))

    def _delete_role_policy(self, role: str, name: str) -> None:
        self._place.client("iam").delete_role_policy(RoleName=role, PolicyName=name)

    def _delete_role(self, name: str) -> None:
        iam = self._place.client("iam")
        for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
        for inline in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=inline)
        iam.delete_role(RoleName=name)

    def _delete_bucket(self, name: str) -> None:
        s3 = self._place.client("s3")
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            objects = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in found]
            if objects:
                s3.delete_objects(Bucket=name, Delete={"Objects": objects, "Quiet": True})
        s3.delete_bucket(Bucket=name)

    def _wait_gone(self, name: str, describe: Callable[[], Any]) -> None:
        self._place.wait(f"{name} is gone", lambda: _is_gone(describe), minutes=30)


_WITH_ANOTHER = {"AWS::SecretsManager::SecretTargetAttachment"}
"""Types that go with another resource."""


def _unless_gone(delete: Callable[[str], object], physical_id: str) -> None:
    try:
        delete(physical_id)
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise


def _is_gone(describe: Callable[[], Any]) -> bool:
    try:
        return not any(value for key, value in describe().items() if key != "ResponseMetadata")
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise
        return True
