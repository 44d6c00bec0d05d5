"""What an unchecked declaration says."""

import pytest

from constructs_lib.config.model import LockConfig
from constructs_lib.config.unchecked import UNKNOWN_OWNER, UncheckedDeclaration


@pytest.mark.parametrize(
    ("data", "lock"),
    [
        ({}, None),
        ({"lock": None}, None),
        ({"lock": {"by": "octocat", "reason": "a demo"}}, LockConfig(by="octocat", reason="a demo")),
        ({"lock": True}, LockConfig(by=UNKNOWN_OWNER, reason="no reason is given")),
        ({"lock": {"by": None}}, LockConfig(by=UNKNOWN_OWNER, reason="no reason is given")),
    ],
)
def test_any_value_of_the_field_locks(data: dict[str, object], lock: LockConfig | None) -> None:
    assert UncheckedDeclaration(data).lock == lock


@pytest.mark.parametrize(("kind", "production"), [("prod-app", True), ("prod-base", True), ("ad-hoc-app", False)])
def test_production_is_known_by_the_kind(kind: str, *, production: bool) -> None:
    assert UncheckedDeclaration({"kind": kind}).is_production is production
    assert UncheckedDeclaration({"kind": [kind]}).is_production is False


@pytest.mark.parametrize(("value", "consent"), [(True, True), ("true", False), (1, False), (None, False)])
def test_only_true_consents_to_destruction(value: object, *, consent: bool) -> None:
    assert UncheckedDeclaration({"destroy_by_comment": value}).destroy_by_comment is consent


@pytest.mark.parametrize(
    ("policy", "number"), [({"max_removals": 7}, 7), ({"max_removals": True}, 3), ({}, 3), ("x", 3), (None, 3)]
)
def test_the_number_of_removals_has_a_default(policy: object, number: int) -> None:
    assert UncheckedDeclaration({"policy": policy}).max_removals == number
