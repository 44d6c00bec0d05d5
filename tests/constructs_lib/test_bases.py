"""What both kinds of base promise their apps, and where production is stricter."""

from dataclasses import replace
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from constructs_lib.ad_hoc_base import AdHocBase
from constructs_lib.config.model import AdHocNetworkConfig
from constructs_lib.config.naming import AdHocBaseOutput, BaseOutput, ProdBaseOutput
from tests.constructs_lib.resources import named, of_type, text, the_only
from tests.constructs_lib.synthesis import AD_HOC_BASE, DEV, Synthesise

BASES = ("dev-base", "prod-base")
PARAMETER = "AWS::SSM::Parameter"


@pytest.mark.parametrize("base", BASES)
class TestEveryBase:
    def test_publishes_all_that_apps_read_and_exports_nothing(self, base: str, templates: dict[str, Any]) -> None:
        template = templates[base]
        published = {p["Name"].removeprefix(f"/gitops/{base.replace('-', '/')}/") for p in of_type(template, PARAMETER)}
        per_zone = {"PrivateSubnetId1", "PrivateSubnetId2"}
        of_kind = {str(output) for output in (ProdBaseOutput if base == "prod-base" else AdHocBaseOutput)}
        assert published == {str(output) for output in BaseOutput} | per_zone | of_kind
        assert set(template["Outputs"]) == {"ListenerArn", "DatabaseHost", "BastionInstanceId"}
        assert not any("Export" in output for output in template["Outputs"].values())

    def test_lets_the_internet_in_at_80_and_443_of_the_load_balancer_only(
        self, base: str, templates: dict[str, Any]
    ) -> None:
        template = templates[base]
        inline = [
            rule
            for group in of_type(template, "AWS::EC2::SecurityGroup")
            for rule in group.get("SecurityGroupIngress", [])
        ]
        open_to_all = [
            rule
            for rule in inline + of_type(template, "AWS::EC2::SecurityGroupIngress")
            if rule.get("CidrIp") == "0.0.0.0/0" or "CidrIpv6" in rule
        ]
        assert sorted((rule["FromPort"], rule["ToPort"]) for rule in open_to_all) == [(80, 80), (443, 443)]

    def test_data_accepts_connections_from_named_groups_only(self, base: str, templates: dict[str, Any]) -> None:
        rules = of_type(templates[base], "AWS::EC2::SecurityGroupIngress")
        assert sorted(rule["FromPort"] for rule in rules) == [5432, 5432, *([6379] if base == "prod-base" else [])]
        assert all("SourceSecurityGroupId" in rule for rule in rules)

    def test_bastion_reaches_every_instance_with_the_group_of_the_database(
        self, base: str, templates: dict[str, Any]
    ) -> None:
        """`gitops db --host` goes to instances that RDS restores with this group."""
        groups = templates[base]["Resources"]
        described = {
            groups[name]["Properties"]["GroupDescription"].partition(":")[0]: name
            for name in groups
            if (groups[name]["Type"] == "AWS::EC2::SecurityGroup")
        }
        bastion, database = ({"Fn::GetAtt": [described[name], "GroupId"]} for name in ("Bastion", "PostgreSQL"))
        rules = of_type(templates[base], "AWS::EC2::SecurityGroupIngress")
        assert [
            (rule["FromPort"], rule["ToPort"])
            for rule in rules
            if rule["GroupId"] == database and rule["SourceSecurityGroupId"] == bastion
        ] == [(5432, 5432)]
        (way_out,) = groups[described["Bastion"]]["Properties"]["SecurityGroupEgress"]
        assert (way_out["CidrIp"], way_out["IpProtocol"]) == ("0.0.0.0/0", "-1")

    def test_database_is_private_encrypted_and_insists_on_tls(self, base: str, templates: dict[str, Any]) -> None:
        database = the_only(templates[base], "AWS::RDS::DBInstance")
        assert database["PubliclyAccessible"] is False
        assert database["StorageEncrypted"] is True
        assert database["StorageType"] == "gp3"
        assert the_only(templates[base], "AWS::RDS::DBParameterGroup")["Parameters"] == {"rds.force_ssl": "1"}

    def test_database_and_access_logs_outlive_the_stack(self, base: str, templates: dict[str, Any]) -> None:
        policies = {
            (resource["Type"], resource["DeletionPolicy"], resource["UpdateReplacePolicy"])
            for resource in templates[base]["Resources"].values()
            if resource["Type"] in ("AWS::RDS::DBInstance", "AWS::S3::Bucket")
        }
        kept = ("RetainExceptOnCreate", "Retain") if base == "prod-base" else ("Snapshot", "Snapshot")
        access_logs = {("AWS::S3::Bucket", "Retain", "Retain")} if base == "prod-base" else set()
        assert policies == {("AWS::RDS::DBInstance", *kept), *access_logs}

    def test_nothing_but_access_logs_stays_when_the_first_creation_fails(
        self, base: str, templates: dict[str, Any]
    ) -> None:
        """S3 deletes no bucket with objects, and load balancers write one as soon as they know the bucket."""
        resources = templates[base]["Resources"].values()
        kept = [resource["Type"] for resource in resources if resource.get("DeletionPolicy") == "Retain"]
        assert set(kept) <= {"AWS::S3::Bucket", "AWS::S3::BucketPolicy"}
        # CloudFormation could not delete what is protected from the start.
        assert "DeletionProtection" not in the_only(templates[base], "AWS::RDS::DBInstance")
        load_balancer = the_only(templates[base], "AWS::ElasticLoadBalancingV2::LoadBalancer")
        assert "deletion_protection" not in text(load_balancer)

    def test_buckets_are_private_and_refuse_plain_http(self, base: str, templates: dict[str, Any]) -> None:
        for bucket in of_type(templates[base], "AWS::S3::Bucket"):
            assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
            assert "BucketEncryption" in bucket
        assert len(of_type(templates[base], "AWS::S3::BucketPolicy")) == len(
            of_type(templates[base], "AWS::S3::Bucket")
        )
        for policy in of_type(templates[base], "AWS::S3::BucketPolicy"):
            assert '"aws:SecureTransport": "false"' in text(policy)

    def test_http_is_redirected_and_unknown_hosts_get_404(self, base: str, templates: dict[str, Any]) -> None:
        by_port = {
            listener["Port"]: listener for listener in of_type(templates[base], "AWS::ElasticLoadBalancingV2::Listener")
        }
        assert by_port[80]["DefaultActions"][0]["RedirectConfig"]["Protocol"] == "HTTPS"
        assert by_port[443]["DefaultActions"][0]["FixedResponseConfig"]["StatusCode"] == "404"
        assert by_port[443]["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"

    def test_bastion_has_no_key_and_no_inbound_rule(self, base: str, templates: dict[str, Any]) -> None:
        template = Template.from_json(templates[base])
        template.has_resource_properties(
            "AWS::EC2::Instance", {"KeyName": Match.absent(), "InstanceType": "t4g.nano", "UserData": Match.any_value()}
        )
        template.has_resource_properties(
            "AWS::EC2::LaunchTemplate", {"LaunchTemplateData": {"MetadataOptions": {"HttpTokens": "required"}}}
        )
        template.has_resource_properties(
            "AWS::EC2::SecurityGroup",
            {"GroupDescription": Match.string_like_regexp("^Bastion"), "SecurityGroupIngress": Match.absent()},
        )

    def test_bastion_boots_with_a_way_out_and_memory_for_its_upgrades(
        self, base: str, templates: dict[str, Any]
    ) -> None:
        resources = templates[base]["Resources"]
        (bastion,) = (r for r in resources.values() if r["Type"] == "AWS::EC2::Instance")
        routes = {key for key, r in resources.items() if r["Type"] == "AWS::EC2::Route" and "PrivateSubnet" in key}
        assert routes
        assert routes <= set(bastion["DependsOn"])
        data = text(bastion["Properties"]["UserData"])
        assert data.index("swapon") < data.index("dnf --assumeyes")

    def test_traffic_to_s3_bypasses_the_nat(self, base: str, templates: dict[str, Any]) -> None:
        assert the_only(templates[base], "AWS::EC2::VPCEndpoint")["VpcEndpointType"] == "Gateway"

    def test_has_its_own_certificate_for_the_domain_and_one_label_below(
        self, base: str, templates: dict[str, Any]
    ) -> None:
        certificate = the_only(templates[base], "AWS::CertificateManager::Certificate")
        assert certificate["SubjectAlternativeNames"] == [f"*.{certificate['DomainName']}"]
        assert certificate["ValidationMethod"] == "DNS"


class TestAdHocBase:
    def test_names_caches_below_a_domain_of_its_own_vpc(self, templates: dict[str, Any]) -> None:
        namespace = the_only(templates["dev-base"], "AWS::ServiceDiscovery::PrivateDnsNamespace")
        assert namespace["Name"] == "dev.internal"
        (vpc,) = (key for key, r in templates["dev-base"]["Resources"].items() if r["Type"] == "AWS::EC2::VPC")
        assert namespace["Vpc"] == {"Ref": vpc}

    def test_emptier_has_no_permission_on_any_bucket_of_its_own(self, templates: dict[str, Any]) -> None:
        policies = [p for p in of_type(templates["dev-base"], "AWS::IAM::Policy") if "BucketEmptier" in p["PolicyName"]]
        actions = [s["Action"] for p in policies for s in p["PolicyDocument"]["Statement"]]
        assert actions == [["logs:CreateLogStream", "logs:PutLogEvents"]]

    def test_is_cheap(self, templates: dict[str, Any]) -> None:
        template = templates["dev-base"]
        assert len(of_type(template, "AWS::EC2::NatGateway")) == 1
        assert the_only(template, "AWS::RDS::DBInstance")["MultiAZ"] is False
        assert not any(resource["Type"].startswith("AWS::ElastiCache::") for resource in template["Resources"].values())
        assert of_type(template, "AWS::EC2::FlowLog") == []

    def test_nat_instance_takes_the_place_of_the_gateway(self, synthesise: Synthesise) -> None:
        config = replace(AD_HOC_BASE, network=AdHocNetworkConfig(cidr="10.20.0.0/16", nat="instance"))
        template = synthesise(lambda stack: AdHocBase(stack, "AdHocBase", name=DEV, config=config))
        template.resource_count_is("AWS::EC2::NatGateway", 0)
        template.resource_count_is("AWS::EC2::EIP", 0)
        template.has_resource_properties(
            "AWS::EC2::Instance",
            {
                "SourceDestCheck": False,
                "InstanceType": "t4g.nano",
                "NetworkInterfaces": [Match.object_like({"AssociatePublicIpAddress": True})],
            },
        )
        template.all_resources_properties("AWS::IAM::InstanceProfile", {"Path": "/gitops/"})
        template.has_resource_properties(
            "AWS::EC2::SecurityGroup",
            {"SecurityGroupIngress": [Match.object_like({"CidrIp": "10.20.0.0/16", "IpProtocol": "-1"})]},
        )

    @pytest.mark.parametrize("blocks", [(), ("203.0.113.0/24", "198.51.100.7/32")])
    def test_load_balancer_accepts_clients_of_the_allowed_blocks(
        self, synthesise: Synthesise, blocks: tuple[str, ...]
    ) -> None:
        config = replace(AD_HOC_BASE, network=AdHocNetworkConfig(cidr="10.20.0.0/16", allowed_cidrs=blocks))
        template = synthesise(lambda stack: AdHocBase(stack, "AdHocBase", name=DEV, config=config)).to_json()
        group = named(dict(template), "AWS::EC2::SecurityGroup", "SecurityGroupsLoadBalancer")
        accepted = {(rule["CidrIp"], rule["FromPort"]) for rule in group["SecurityGroupIngress"]}
        assert accepted == {(block, port) for block in blocks or ("0.0.0.0/0",) for port in (80, 443)}

    def test_given_certificate_is_used_and_none_is_issued(self, synthesise: Synthesise) -> None:
        arn = "arn:aws:acm:us-east-1:111111111111:certificate/0a1b2c3d-0000-1111-2222-333344445555"
        config = replace(AD_HOC_BASE, certificate_arn=arn)
        template = synthesise(lambda stack: AdHocBase(stack, "AdHocBase", name=DEV, config=config))
        template.resource_count_is("AWS::CertificateManager::Certificate", 0)
        template.has_resource_properties(
            "AWS::ElasticLoadBalancingV2::Listener", {"Port": 443, "Certificates": [{"CertificateArn": arn}]}
        )

    def test_zones_are_chosen_without_a_look_up(self, templates: dict[str, Any]) -> None:
        zones = [subnet["AvailabilityZone"] for subnet in of_type(templates["dev-base"], "AWS::EC2::Subnet")]
        assert len(zones) == 6
        assert all("Fn::Select" in zone for zone in zones)


class TestProdBase:
    def test_survives_the_loss_of_a_zone(self, templates: dict[str, Any]) -> None:
        template = templates["prod-base"]
        assert len(of_type(template, "AWS::EC2::NatGateway")) == 2
        assert the_only(template, "AWS::RDS::DBInstance")["MultiAZ"] is True
        cache = the_only(template, "AWS::ElastiCache::ReplicationGroup")
        assert cache["MultiAZEnabled"] is True
        assert cache["AutomaticFailoverEnabled"] is True
        assert cache["ReplicasPerNodeGroup"] == 1

    def test_is_protected_and_backed_up(self, templates: dict[str, Any]) -> None:
        database = the_only(templates["prod-base"], "AWS::RDS::DBInstance")
        assert database["BackupRetentionPeriod"] == 14
        assert database["MaxAllocatedStorage"] == 500

    def test_all_that_data_stands_on_outlives_the_stack(self, templates: dict[str, Any]) -> None:
        resources = templates["prod-base"]["Resources"]
        kept = {key for key, resource in resources.items() if resource.get("DeletionPolicy") == "RetainExceptOnCreate"}
        data = {"AWS::RDS::DBInstance", "AWS::ElastiCache::ReplicationGroup"}
        needed = {key for key, resource in resources.items() if resource["Type"] in data}
        while more := {ref for key in needed for ref in _references(resources[key]["Properties"])} - needed:
            needed |= more
        types = {resources[key]["Type"] for key in needed}
        assert types >= {"AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup", "AWS::RDS::DBSubnetGroup"}
        assert types >= {"AWS::SecretsManager::Secret", "AWS::ElastiCache::UserGroup", "AWS::ElastiCache::SubnetGroup"}
        assert needed <= kept

    def test_nothing_that_stays_holds_what_goes(self, templates: dict[str, Any]) -> None:
        resources = templates["prod-base"]["Resources"]
        kept = {key for key, resource in resources.items() if resource.get("DeletionPolicy") == "RetainExceptOnCreate"}
        held = {key: _references(resources[key]["Properties"]) - kept for key in kept}
        assert len(kept) > 10
        assert {key: references for key, references in held.items() if references} == {}
        # A group cannot be deleted while a rule of another group names it.
        rules = {key for key, resource in resources.items() if resource["Type"] == "AWS::EC2::SecurityGroupIngress"}
        assert rules
        assert not rules & kept

    def test_what_holds_no_data_goes_with_the_stack(self, templates: dict[str, Any]) -> None:
        resources = templates["prod-base"]["Resources"].values()
        gone = {r["Type"] for r in resources if r.get("DeletionPolicy", "Delete") == "Delete"}
        assert gone >= {"AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::EC2::NatGateway", "AWS::EC2::Instance"}

    def test_database_and_load_balancer_are_protected_once_they_exist(self, templates: dict[str, Any]) -> None:
        protection = the_only(templates["prod-base"], "Custom::DeletionProtection")
        resources = templates["prod-base"]["Resources"]
        assert resources[protection["Database"]["Ref"]]["Type"] == "AWS::RDS::DBInstance"
        assert resources[protection["LoadBalancer"]["Ref"]]["Type"] == "AWS::ElasticLoadBalancingV2::LoadBalancer"
        policy = named(templates["prod-base"], "AWS::IAM::Policy", "ProtectionRole")
        own = (s for s in policy["PolicyDocument"]["Statement"] if "logs:PutLogEvents" not in s["Action"])
        actions = {
            action: s["Resource"]
            for s in own
            for action in ([s["Action"]] if isinstance(s["Action"], str) else s["Action"])
        }
        assert actions.keys() == {
            "rds:ModifyDBInstance",
            "elasticloadbalancing:ModifyLoadBalancerAttributes",
            "cloudformation:DescribeStacks",
            "logs:CreateLogGroup",
            "logs:PutRetentionPolicy",
        }
        assert "*" not in actions.values()

    def test_logs_of_the_database_end_like_those_of_the_stack(self, templates: dict[str, Any]) -> None:
        database = the_only(templates["prod-base"], "AWS::RDS::DBInstance")
        ended = the_only(templates["prod-base"], "Custom::DeletionProtection")
        names = [text(group) for group in ended["LogGroups"]]
        assert [name.rpartition("/")[2].partition('"')[0] for name in names] == database["EnableCloudwatchLogsExports"]
        assert all("/aws/rds/instance/" in name for name in names)
        groups = of_type(templates["prod-base"], "AWS::Logs::LogGroup")
        assert {group["RetentionInDays"] for group in groups} == {ended["LogRetentionDays"]}

    def test_encrypts_the_cache_in_transit(self, templates: dict[str, Any]) -> None:
        cache = the_only(templates["prod-base"], "AWS::ElastiCache::ReplicationGroup")
        assert cache["TransitEncryptionEnabled"] is True

    def test_keeps_records(self, templates: dict[str, Any]) -> None:
        template = templates["prod-base"]
        assert the_only(template, "AWS::EC2::FlowLog")["TrafficType"] == "ALL"
        load_balancer = the_only(template, "AWS::ElasticLoadBalancingV2::LoadBalancer")
        assert {"Key": "access_logs.s3.enabled", "Value": "true"} in load_balancer["LoadBalancerAttributes"]


def _references(node: Any) -> set[str]:
    """Return the logical ids that a part of a template refers to."""
    if isinstance(node, dict):
        if "Ref" in node:
            return set() if node["Ref"].startswith("AWS::") else {node["Ref"]}
        if "Fn::GetAtt" in node:
            return {node["Fn::GetAtt"][0]}
        return set().union(*map(_references, node.values()))
    return set().union(*map(_references, node)) if isinstance(node, list) else set()
