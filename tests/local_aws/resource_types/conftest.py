"""Resources that others stand on."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def network() -> dict[str, Any]:
    """A VPC with a public subnet in the second zone and a security group."""
    zone = {"Fn::Select": [1, {"Fn::GetAZs": ""}]}
    return {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Subnet": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {
                "VpcId": {"Ref": "Vpc"},
                "CidrBlock": "10.0.1.0/24",
                "AvailabilityZone": zone,
                "MapPublicIpOnLaunch": True,
            },
        },
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": "it", "VpcId": {"Ref": "Vpc"}},
        },
    }
