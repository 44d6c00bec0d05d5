"""AWS accounts of the embedded AWS for tests, each of which no other test uses."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests import embedded
from tests.local_aws.accounts import Account, push_image
from tests.local_aws.runtimes import APPLICATION, REGISTRY, Runtime
from tests.local_aws.shops import Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from local_aws import lifecycle


@pytest.fixture
def account(embedded_aws: lifecycle.EmbeddedAws) -> Account:
    """An account in which ECS has been used before."""
    made = Account(embedded_aws, embedded.new_account())
    made.use_ecs()
    return made


@pytest.fixture
def attributes() -> Callable[..., dict[str, Any]]:
    """A maker of Outputs with ``Ref`` and the named attributes of a resource."""

    def outputs(logical_id: str, *names: str) -> dict[str, Any]:
        values = {name.replace(".", ""): {"Fn::GetAtt": [logical_id, name]} for name in names}
        return {key: {"Value": value} for key, value in {"Ref": {"Ref": logical_id}, **values}.items()}

    return outputs


@pytest.fixture(scope="session")
def running_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, lifecycle.EmbeddedAws]]:
    """An embedded AWS with an image, and its state folder."""
    folder = tmp_path_factory.mktemp("runtime")
    image = folder / "shop"
    image.mkdir()
    (image / "shop.py").write_text(APPLICATION.read_text())
    (image / "version").write_text("v1")
    state = folder / "local"
    with embedded.embedded_aws(state, images={"shop": image}) as aws:
        push_image(aws, REGISTRY, "shop:v1")
        yield state, aws


@pytest.fixture
def runtime(running_aws: tuple[Path, lifecycle.EmbeddedAws]) -> Runtime:
    state, aws = running_aws
    made = Runtime(aws, embedded.new_account(), state)
    made.use_ecs()
    return made


@pytest.fixture
def python() -> str:
    return sys.executable


@pytest.fixture
def shop(runtime: Runtime, python: str) -> Shop:
    return Shop(runtime, python)


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
