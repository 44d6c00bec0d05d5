"""Estimates against sums made by hand, with the prices of small_prices.py."""

from typing import Any

import pytest

from gitops.cost.estimate import Estimate, estimate
from tests.gitops.cost.small_prices import PRICES, REGION

SPOT = [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]
ON_DEMAND = [{"CapacityProvider": "FARGATE", "Weight": 1}]


def of(resources: dict[str, Any], **options: float) -> Estimate:
    return estimate({"Resources": resources}, REGION, PRICES, **options)


def usd(kind: str, **properties: object) -> float:
    """Return what a resource comes to by itself."""
    found = of({"Thing": {"Type": kind, "Properties": properties}})
    assert found.unpriced == []
    return found.least_usd


def service(strategy: list[dict[str, Any]], *, architecture: str = "ARM64") -> dict[str, Any]:
    """Return a service whose tasks have half a processor and 2 GB."""
    return {
        "Task": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {"Cpu": "512", "Memory": "2048", "RuntimePlatform": {"CpuArchitecture": architecture}},
        },
        "Service": {
            "Type": "AWS::ECS::Service",
            "Properties": {
                "TaskDefinition": {"Ref": "Task"},
                "CapacityProviderStrategy": strategy,
                "Tags": [{"Key": "gitops:service", "Value": "web"}],
            },
        },
    }


def target(least: int, most: int, actions: list[tuple[int, int]] | None = None) -> dict[str, Any]:
    return {
        "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
        "Properties": {
            "MinCapacity": least,
            "MaxCapacity": most,
            "ResourceId": {
                "Fn::Join": ["", ["service/", {"Ref": "Cluster"}, "/", {"Fn::GetAtt": ["Service", "Name"]}]]
            },
            "ScheduledActions": [
                {"ScalableTargetAction": {"MinCapacity": low, "MaxCapacity": high}} for low, high in actions or ()
            ],
        },
    }


ONE_TASK = 730 * (0.5 * 0.1 + 2 * 0.01)  # 51.10


class TestFargate:
    def test_processors_and_memory_by_the_hour(self) -> None:
        found = of(service(ON_DEMAND))
        assert found.least_usd == found.most_usd == pytest.approx(51.1)
        assert found.lines[0].what == "Fargate web: 1 x 0.5 vCPU 2 GB arm64, on demand"

    def test_architectures_have_their_own_prices(self) -> None:
        assert of(service(ON_DEMAND, architecture="X86_64")).least_usd == pytest.approx(102.2)

    def test_spot_is_discounted(self) -> None:
        found = of(service(SPOT))
        assert found.least_usd == pytest.approx(25.55)
        assert "Spot" in found.lines[0].what

    def test_what_sleeps_costs_nothing_meanwhile(self) -> None:
        resources = service(SPOT) | {"Target": target(0, 1, [(1, 1), (0, 0)])}
        found = of(resources, awake_share=0.25)
        assert found.least_usd == found.most_usd == pytest.approx(25.55 / 4)
        assert "awake 25% of the time" in found.lines[0].what

    def test_scaling_makes_a_range(self) -> None:
        found = of(service(ON_DEMAND) | {"Target": target(2, 8)})
        assert found.least_usd == pytest.approx(2 * ONE_TASK)
        assert found.most_usd == pytest.approx(8 * ONE_TASK)
        assert "2 to 8 x" in found.lines[0].what

    def test_scaling_of_another_service_changes_nothing(self) -> None:
        other = target(2, 8)
        other["Properties"]["ResourceId"]["Fn::Join"][1][3] = {"Fn::GetAtt": ["OtherService", "Name"]}
        assert of(service(ON_DEMAND) | {"Target": other}).most_usd == pytest.approx(ONE_TASK)

    def test_the_base_is_at_full_price_and_the_rest_is_shared_by_weight(self) -> None:
        strategy = [
            {"CapacityProvider": "FARGATE", "Base": 1, "Weight": 25},
            {"CapacityProvider": "FARGATE_SPOT", "Weight": 75},
        ]
        found = of(service(strategy) | {"Target": target(1, 5)})
        assert found.least_usd == pytest.approx(ONE_TASK)
        # One on demand, and of the four others one on demand and three at half the price.
        assert found.most_usd == pytest.approx((1 + 1 + 3 * 0.5) * ONE_TASK)


class TestOthers:
    def test_load_balancer_has_hours_capacity_units_and_an_address_in_each_zone(self) -> None:
        kind = "AWS::ElasticLoadBalancingV2::LoadBalancer"
        internal = usd(kind, Scheme="internal", Subnets=["a", "b"])
        assert internal == pytest.approx(730 * (1 + 3 * 0.1))
        assert usd(kind, Scheme="internet-facing", Subnets=["a", "b"]) == pytest.approx(internal + 2 * 730 * 0.01)

    def test_nat_gateway_and_address(self) -> None:
        assert usd("AWS::EC2::NatGateway") == pytest.approx(1460)
        assert usd("AWS::EC2::EIP") == pytest.approx(7.3)

    def test_instance_with_its_disks(self) -> None:
        disk = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 10}}
        assert usd("AWS::EC2::Instance", InstanceType="t4g.nano", BlockDeviceMappings=[disk]) == pytest.approx(
            730 * 0.2 + 10 * 0.4
        )

    def test_instance_with_a_public_address_and_the_disk_of_its_image(self) -> None:
        public = [{"AssociatePublicIpAddress": True}]
        assert usd("AWS::EC2::Instance", InstanceType="t4g.nano", NetworkInterfaces=public) == pytest.approx(
            730 * 0.2 + 8 * 0.3 + 730 * 0.01
        )

    @pytest.mark.parametrize(("standby", "copies"), [(False, 1), (True, 2)])
    def test_database_with_its_storage_and_standby(self, standby: bool, copies: int) -> None:  # noqa: FBT001 # by name
        assert usd(
            "AWS::RDS::DBInstance",
            Engine="postgres",
            DBInstanceClass="db.t4g.micro",
            AllocatedStorage="20",
            StorageType="gp3",
            MultiAZ=standby,
        ) == pytest.approx(copies * (730 * 3 + 20 * 0.7))

    def test_cache_by_its_nodes(self) -> None:
        assert usd(
            "AWS::ElastiCache::ReplicationGroup",
            Engine="valkey",
            CacheNodeType="cache.t4g.micro",
            NumNodeGroups=1,
            ReplicasPerNodeGroup=2,
        ) == pytest.approx(3 * 730 * 4)

    def test_interface_endpoints_by_zone_and_gateway_endpoints_for_nothing(self) -> None:
        kind = "AWS::EC2::VPCEndpoint"
        assert usd(kind, VpcEndpointType="Interface", SubnetIds=["a", "b"]) == pytest.approx(730)
        assert usd(kind, VpcEndpointType="Gateway") == 0

    def test_alarms_by_the_metrics_that_they_read(self) -> None:
        kind = "AWS::CloudWatch::Alarm"
        queries = [{"MetricStat": {}}, {"MetricStat": {}}, {"Expression": "a / b"}]
        assert usd(kind, MetricName="CPUUtilization") == pytest.approx(0.1)
        assert usd(kind, Metrics=queries) == pytest.approx(0.2)

    def test_scaling_keeps_two_alarms_for_each_policy(self) -> None:
        kind = "AWS::ApplicationAutoScaling::ScalingPolicy"
        queries = [{"MetricStat": {}}, {"MetricStat": {}}, {"Expression": "a / b"}]
        tracking = {"CustomizedMetricSpecification": {"Metrics": queries}}
        assert usd(kind, TargetTrackingScalingPolicyConfiguration={}) == pytest.approx(0.2)
        assert usd(kind, TargetTrackingScalingPolicyConfiguration=tracking) == pytest.approx(0.4)

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("AWS::CloudWatch::Dashboard", 3),
            ("AWS::KMS::Key", 1),
            ("AWS::Route53::HostedZone", 0.5),
            ("AWS::SecretsManager::Secret", 0.4),
        ],
    )
    def test_what_costs_the_same_each(self, kind: str, expected: float) -> None:
        assert usd(kind) == pytest.approx(expected)

    def test_firewall_by_its_rules(self) -> None:
        assert usd("AWS::WAFv2::WebACL", Rules=[{}, {}]) == pytest.approx(7)


DATABASE = {"Engine": "postgres", "AllocatedStorage": "20", "StorageType": "gp3"}


class TestWhatIsMissing:
    def test_a_class_that_is_not_in_the_file_has_no_price_and_is_not_zero(self) -> None:
        database = {"Type": "AWS::RDS::DBInstance", "Properties": {**DATABASE, "DBInstanceClass": "db.z9.huge"}}
        found = of({"Database": database, "Secret": {"Type": "AWS::SecretsManager::Secret"}})
        assert found.unpriced == ["RDS postgres db.z9.huge in one zone"]
        assert found.lines[0].least_usd is None
        assert found.least_usd == pytest.approx(20 * 0.7 + 0.4)

    def test_another_engine_has_no_price(self) -> None:
        properties = {**DATABASE, "DBInstanceClass": "db.t4g.micro", "Engine": "mysql"}
        found = of({"Database": {"Type": "AWS::RDS::DBInstance", "Properties": properties}})
        assert found.unpriced == ["RDS mysql db.t4g.micro in one zone"]

    def test_a_region_that_is_not_in_the_file_has_no_prices(self) -> None:
        resources = {"Nat": {"Type": "AWS::EC2::NatGateway"}}
        assert estimate({"Resources": resources}, "eu-west-3", PRICES).unpriced == ["NAT gateway"]

    def test_types_that_nobody_knows_are_counted(self) -> None:
        found = of({"A": {"Type": "AWS::New::Thing"}, "B": {"Type": "AWS::New::Thing"}, "C": {"Type": "AWS::EC2::VPC"}})
        assert found.unknown == {"AWS::New::Thing": 2}
        assert found.lines == ()

    def test_derived_figures_are_named(self) -> None:
        cache = {"Engine": "valkey", "CacheNodeType": "cache.t4g.micro"}
        found = of(
            {
                "Cache": {"Type": "AWS::ElastiCache::ReplicationGroup", "Properties": cache},
                "Nat": {"Type": "AWS::EC2::NatGateway"},
            }
        )
        assert found.derived == ["ElastiCache valkey cache.t4g.micro: 1 x"]

    def test_an_empty_template_costs_nothing(self) -> None:
        assert (of({}).least_usd, of({}).most_usd) == (0, 0)
