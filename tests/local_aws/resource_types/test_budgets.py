"""AWS::Budgets::Budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_aws.accounts import Account


def budget(amount: int, **members: Any) -> dict[str, Any]:
    limit = {"Amount": amount, "Unit": "USD"}
    data = {"BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit, **members}
    notification = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80}
    subscriber = {"SubscriptionType": "EMAIL", "Address": "owner@example.com"}
    properties = {
        "Budget": data,
        "NotificationsWithSubscribers": [{"Notification": notification, "Subscribers": [subscriber]}],
    }
    return {"Budget": {"Type": "AWS::Budgets::Budget", "Properties": properties}}


def describe(account: Account) -> list[tuple[str, str]]:
    budgets = account.client("budgets").describe_budgets(AccountId=account.number).get("Budgets", [])
    return [(found["BudgetName"], found["BudgetLimit"]["Amount"]) for found in budgets]


def test_budget_returns_its_name(account: Account, attributes: Callable[..., Any]) -> None:
    stack = account.deploy("it", budget(100), Outputs=attributes("Budget"))

    assert describe(account) == [(stack.outputs["Ref"], "100")]
    assert stack.outputs["Ref"].startswith("it-Budget-")


def test_budget_notifies(account: Account) -> None:
    stack = account.deploy("it", budget(100))

    notifications = account.client("budgets").describe_notifications_for_budget(
        AccountId=account.number, BudgetName=stack.physical_ids["Budget"]
    )["Notifications"]
    assert [notification["Threshold"] for notification in notifications] == [80]


def test_limit_changes_in_place(account: Account) -> None:
    first = account.deploy("it", budget(100)).physical_ids["Budget"]
    second = account.deploy("it", budget(200)).physical_ids["Budget"]

    assert second == first
    assert describe(account) == [(first, "200")]


def test_another_name_replaces_the_budget(account: Account) -> None:
    account.deploy("it", budget(100, BudgetName="a"))
    account.deploy("it", budget(100, BudgetName="b"))

    assert describe(account) == [("b", "100")]


def test_deleted_budget_is_gone(account: Account) -> None:
    account.deploy("it", budget(100))

    account.delete("it")

    assert describe(account) == []
