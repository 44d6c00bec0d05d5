"""AWS::EC2::FlowLog."""

from __future__ import annotations

from local_aws import ministack
from local_aws.resource_types.base import Properties, Resource, ResourceType, given
from local_aws.resource_types.ec2_tags import update_tags


def _create(properties: Properties, _name: str) -> Resource:
    answer = ministack.call(
        "ec2",
        "CreateFlowLogs",
        ResourceIds=[properties["ResourceId"]],
        **given(
            properties,
            "DeliverLogsPermissionArn",
            "LogDestination",
            "LogDestinationType",
            "LogFormat",
            "LogGroupName",
            "MaxAggregationInterval",
            "ResourceType",
            "TrafficType",
        ),
    )
    flow_log_id = answer["FlowLogIds"][0]
    update_tags(flow_log_id, {}, properties)
    return _flow_log(flow_log_id)


def _update(physical_id: str, old: Properties, new: Properties) -> Resource:
    update_tags(physical_id, old, new)
    return _flow_log(physical_id)


def _delete(physical_id: str, _properties: Properties) -> None:
    ministack.call("ec2", "DeleteFlowLogs", FlowLogIds=[physical_id])


def _flow_log(flow_log_id: str) -> Resource:
    return Resource(flow_log_id, {"Id": flow_log_id})


RESOURCE_TYPES = (
    ResourceType(
        name="AWS::EC2::FlowLog",
        create=_create,
        update=_update,
        delete=_delete,
        create_only=(
            "DeliverCrossAccountRole",
            "DeliverLogsPermissionArn",
            "DestinationOptions",
            "LogDestination",
            "LogDestinationType",
            "LogFormat",
            "LogGroupName",
            "MaxAggregationInterval",
            "ResourceId",
            "ResourceType",
            "TagFieldSpecifications",
            "TrafficType",
        ),
        tagged=True,
    ),
)
