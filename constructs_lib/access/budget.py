"""The monthly budget of an account."""

from aws_cdk import aws_budgets as budgets
from constructs import Construct

PERCENTS = (80, 100)


class Budget(Construct):
    """Tells `email` when the month's costs exceed 80 % and 100 % of a number of US dollars. It stops nothing.

    Where budgets are, and how late they notice: https://docs.aws.amazon.com/cost-management/latest/userguide/
    """

    def __init__(self, scope: Construct, construct_id: str, *, monthly_usd: int, email: str) -> None:
        super().__init__(scope, construct_id)
        subscriber = budgets.CfnBudget.SubscriberProperty(subscription_type="EMAIL", address=email)
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=monthly_usd, unit="USD"),
            ),
            notifications_with_subscribers=[
                budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=budgets.CfnBudget.NotificationProperty(
                        notification_type="ACTUAL",
                        comparison_operator="GREATER_THAN",
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[subscriber],
                )
                for percent in PERCENTS
            ],
        )
