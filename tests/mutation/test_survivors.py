"""Survivors have reasons, and reasons survivors."""

from tests.mutation.survivors import reviewed

SURVIVED = ["DevTaskRole: s3:GetObject", "ProdTaskRole: s3:GetObject", "Plan: sns:ListTopics"]


def test_a_survivor_without_a_reason_is_named() -> None:
    assert reviewed(SURVIVED, {"*TaskRole: s3:GetObject": "tasks do"}) == (["Plan: sns:ListTopics"], [])


def test_a_reason_for_what_does_not_survive_is_named() -> None:
    reasons = {"*": "all of them", "Plan: ssm:GetParameter": "no more"}
    assert reviewed(SURVIVED, reasons) == ([], ["Plan: ssm:GetParameter"])
