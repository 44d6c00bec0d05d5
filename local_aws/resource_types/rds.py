"""AWS::RDS::DBInstance, corrected: MiniStack's CloudFormation deletes one that is protected."""

from __future__ import annotations

from local_aws import ministack
from local_aws.resource_types.base import Correction, Properties, gone_is_fine


def _require_unprotected(physical_id: str, _properties: Properties) -> None:
    with gone_is_fine("DBInstanceNotFound"):
        answer = ministack.call("rds", "DescribeDBInstances", DBInstanceIdentifier=physical_id)
        if answer["DBInstances"][0]["DeletionProtection"]:
            raise ministack.ApiError(
                "DeleteDBInstance",
                "InvalidParameterCombination",
                f"{physical_id} has deletion protection; turn it off and try again.",
            )


CORRECTIONS = (Correction(name="AWS::RDS::DBInstance", deleting=_require_unprotected),)
