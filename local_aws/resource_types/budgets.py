"""AWS::Budgets::Budget."""

from __future__ import annotations

from typing import Any

from local_aws import ministack
from local_aws.resource_types.base import Properties, Resource, ResourceType, given, gone_is_fine


def _create(properties: Properties, name: str) -> Resource:
    budget = _budget(properties, name)
    ministack.call(
        "budgets",
        "CreateBudget",
        AccountId=ministack.account_id(),
        Budget=budget,
        **given(properties, "NotificationsWithSubscribers", "ResourceTags"),
    )
    return Resource(budget["BudgetName"])


def _update(physical_id: str, _old: Properties, new: Properties) -> Resource:
    """Change the budget in place, or make one of the new name, after which the old one is deleted."""
    budget = _budget(new, physical_id)
    if budget["BudgetName"] != physical_id:
        return _create(new, physical_id)
    ministack.call("budgets", "UpdateBudget", AccountId=ministack.account_id(), NewBudget=budget)
    return Resource(physical_id)


def _delete(physical_id: str, _properties: Properties) -> None:
    with gone_is_fine("NotFoundException"):
        ministack.call("budgets", "DeleteBudget", AccountId=ministack.account_id(), BudgetName=physical_id)


def _budget(properties: Properties, name: str) -> dict[str, Any]:
    """Return the API's form of a budget: amounts are text there, and numbers in a template."""
    budget = {"BudgetName": name, **properties["Budget"]}
    if "BudgetLimit" in budget:
        limit = budget["BudgetLimit"]
        budget["BudgetLimit"] = {"Amount": str(limit["Amount"]), "Unit": limit["Unit"]}
    return budget


RESOURCE_TYPES = (
    ResourceType(
        name="AWS::Budgets::Budget",
        create=_create,
        update=_update,
        delete=_delete,
        create_only=("NotificationsWithSubscribers",),
        conditionally_replaced=("Budget",),
    ),
)
