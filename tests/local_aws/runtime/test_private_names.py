"""Tasks find each other by the private DNS names of Cloud Map, which their variables have addresses for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from local_aws.runtime.container import EVERY_ADDRESS
from tests.gitops.checkouts import wait_until

if TYPE_CHECKING:
    from tests.local_aws.runtimes import Runtime

CACHE = ["valkey-server", "--bind", EVERY_ADDRESS, "--port", "6379", "--save", "", "--protected-mode", "no"]
ASK = """\
import os, socket
with socket.create_connection((os.environ["HOST"], 6379), timeout=5) as server:
    server.sendall(b"PING\\r\\n")
    print(os.environ["URL"].replace(os.environ["HOST"], "ADDRESS"), server.recv(100))
"""


def cache(role: str) -> dict[str, Any]:
    """Return the resources of a cache that is found as cache.alpha.dev.internal."""
    container = {
        "Name": "cache",
        "Image": "public.ecr.aws/valkey/valkey:8.1-alpine",
        "Command": CACHE,
        "PortMappings": [{"ContainerPort": 6379}],
    }
    return {
        "Cluster": {"Type": "AWS::ECS::Cluster"},
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Names": {
            "Type": "AWS::ServiceDiscovery::PrivateDnsNamespace",
            "Properties": {"Name": "dev.internal", "Vpc": {"Ref": "Vpc"}},
        },
        "Name": {
            "Type": "AWS::ServiceDiscovery::Service",
            "Properties": {
                "Name": "cache.alpha",
                "NamespaceId": {"Ref": "Names"},
                "DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 5}]},
            },
        },
        "Task": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {
                "Family": "cache",
                "ContainerDefinitions": [container],
                "ExecutionRoleArn": role,
                "TaskRoleArn": role,
            },
        },
        "Service": {
            "Type": "AWS::ECS::Service",
            "Properties": {
                "Cluster": {"Ref": "Cluster"},
                "TaskDefinition": {"Ref": "Task"},
                "ServiceRegistries": [{"RegistryArn": {"Fn::GetAtt": ["Name", "Arn"]}}],
                "DeploymentConfiguration": {"MinimumHealthyPercent": 0, "MaximumPercent": 100},
            },
        },
    }


def answer(runtime: Runtime, host: str) -> list[str]:
    """Return what a task prints that asks a host, and its exit."""
    variables = [{"name": "HOST", "value": host}, {"name": "URL", "value": f"redis://{host}:6379/0"}]
    arn = runtime.run(runtime.definition(sys.executable, "-c", ASK, environment=variables))
    runtime.ended(arn)
    return runtime.log(arn)


def test_task_is_found_by_its_name_and_again_after_it_was_replaced(runtime: Runtime) -> None:
    deployed = runtime.deploy("cache", cache(runtime.execution_role()))
    cluster = deployed.physical_ids["Cluster"]
    found = ["redis://ADDRESS:6379/0 b'+PONG\\r\\n'"]
    assert answer(runtime, "cache.alpha.dev.internal") == found

    ecs = runtime.client("ecs")
    (task,) = ecs.list_tasks(cluster=cluster)["taskArns"]
    ecs.stop_task(cluster=cluster, task=task)
    wait_until(lambda: task not in ecs.list_tasks(cluster=cluster)["taskArns"])
    wait_until(lambda: answer(runtime, "cache.alpha.dev.internal") == found)


def test_other_names_stay_as_they_are(runtime: Runtime) -> None:
    runtime.deploy("cache", cache(runtime.execution_role()))

    for host in ("alpha.dev.internal", "cache.alpha.dev.internal.example.com", "my-cache.alpha.dev.internal"):
        assert any("gaierror" in line or "Name or service not known" in line for line in answer(runtime, host))
