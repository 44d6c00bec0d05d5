"""The CloudFormation resource types that MiniStack lacks or has in part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_aws import application_auto_scaling as application_auto_scaling_api
from local_aws.ministack import seams
from local_aws.resource_types import (
    application_auto_scaling,
    budgets,
    cloudwatch,
    corrections,
    ec2_instances,
    ec2_network,
    ec2_security_group_rules,
    ecs,
    security,
    ses,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.resource_types.base import Correction, Properties, Resource, ResourceType

    Provisioned = tuple[str, dict[str, str]]
    """The physical id and the attributes, as MiniStack's handlers answer."""

RESOURCE_TYPES: tuple[ResourceType, ...] = (
    *ec2_network.RESOURCE_TYPES,
    *ec2_instances.RESOURCE_TYPES,
    *ec2_security_group_rules.RESOURCE_TYPES,
    *application_auto_scaling.RESOURCE_TYPES,
    *budgets.RESOURCE_TYPES,
    *cloudwatch.RESOURCE_TYPES,
    *ecs.RESOURCE_TYPES,
    *security.RESOURCE_TYPES,
)


CORRECTIONS: tuple[Correction, ...] = (
    *ecs.CORRECTIONS,
    *ses.CORRECTIONS,
    *corrections.CORRECTIONS,
)


def register(*more: Correction) -> None:
    """Add the resource types to MiniStack's CloudFormation, and the service that some of them need.

    ``more`` corrections are applied next to MiniStack's handlers: before the other corrections when a resource is
    created, after them when it is deleted.
    """
    application_auto_scaling_api.register()
    for resource_type in RESOURCE_TYPES:
        name = resource_type.name
        seams.resource_handlers[name] = _handlers(resource_type)
        seams.replacing_properties[name] = resource_type.create_only
        seams.conditionally_replacing_properties[name] = resource_type.conditionally_replaced
        if resource_type.tagged:
            seams.stack_tag_property[name] = ("Tags", "list")
    seams.stack_tag_property[ses.EMAIL_IDENTITY] = ("Tags", "list")
    for correction in (*more, *CORRECTIONS):
        handlers = seams.resource_handlers[correction.name]
        seams.resource_handlers[correction.name] = _corrected(handlers, correction)
    _let_change_sets_import_repositories()


def _let_change_sets_import_repositories() -> None:
    """Let `ImportExistingResources` find repositories, which CloudFormation can import and MiniStack cannot.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-import-supported-resources.html
    """
    name = "AWS::ECR::Repository"

    def problem(repository: str) -> str | None:
        return None if corrections.repository(repository) else f"Repository {repository} not found"

    def adopt(identifier: Mapping[str, str]) -> Provisioned:
        found = corrections.repository(identifier["RepositoryName"]) or {}
        return identifier["RepositoryName"], {"Arn": found["repositoryArn"], "RepositoryUri": found["repositoryUri"]}

    seams.resource_handlers[name] = {**seams.resource_handlers[name], "import": adopt}
    seams.import_lookups[name] = (("RepositoryName",), problem)


def _handlers(resource_type: ResourceType) -> dict[str, Any]:
    """Return MiniStack's form of a resource type."""

    def answer(resource: Resource) -> Provisioned:
        return resource.physical_id, dict(resource.attributes)

    def create(logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        return answer(resource_type.create(properties, seams.physical_name(stack_name, logical_id)))

    def update(physical_id: str, old: Properties, new: Properties, _stack_name: str) -> Provisioned:
        return answer(resource_type.update(physical_id, old, new))

    return {"create": create, "update": update, "delete": resource_type.delete}


def _corrected(handlers: dict[str, Any], correction: Correction) -> dict[str, Any]:
    """Return MiniStack's handlers of a type, extended by a correction."""

    def create(logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        correction.creating(properties)
        physical_id, attributes = handlers["create"](logical_id, properties, stack_name)
        return physical_id, {**attributes, **(correction.created(physical_id, properties) or {})}

    def update(physical_id: str, old: Properties, new: Properties, *names: str) -> Provisioned:
        updated_id, attributes = handlers["update"](physical_id, old, new, *names)
        return updated_id, {**attributes, **(correction.updated(updated_id, old, new) or {})}

    def delete(physical_id: str, properties: Properties) -> None:
        correction.deleting(physical_id, properties)
        handlers["delete"](physical_id, properties)

    return {**handlers, "create": create, "update": update, "delete": delete}
