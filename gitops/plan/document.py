"""The plan of a change as data: what one job writes and others read; reader.py judges it before it is used.

All text in it may have been written by anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

VERSION = 1

INLINE_TEMPLATE_BYTES = 51_200
"""Largest template that CloudFormation takes without a bucket.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

ChangeAction = Literal["destroy", "replace", "update", "create"]
"""What becomes of a resource, gravest first."""

GrantKind = Literal["policy", "trust", "managed_policy", "boundary", "deny_removed", "identity", "ingress", "egress"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Detail:
    """A value of a resource that changes, as text; None where there is none."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What becomes of one resource. `cause` is why it is replaced or what is left of it."""

    action: ChangeAction
    logical_id: str
    type: str
    cause: str = ""
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """Something that is newly allowed: `who` may `what` `on` something, `when` a condition holds.

    For traffic, `who` is the security group, `what` the port, and `on` the other end.
    """

    kind: GrantKind
    who: str
    what: str
    on: str = ""
    when: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """A month in US dollars, with the fewest and with the most tasks, without the `unpriced` resources."""

    least_usd: float
    most_usd: float
    unpriced: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedEnvironment:
    """What a change would do to one environment.

    `refusals` fail the check. `incomparable` says why nothing is known of what was before. `other` are changes that
    are none of a resource: outputs, tags, protection. `consents` are resources that may be replaced today. `template`
    is the new one as JSON, or None where it is too large for a change set; `template_before` the hash of the old one.
    """

    environment: str
    kind: str
    action: Literal["create", "update", "destroy"]
    wave: Literal["account", "bases", "apps", "production"]
    reason: str
    account: str
    account_id: str
    region: str
    renamed_from: str | None = None
    renamed_to: str | None = None
    refusals: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    incomparable: str = ""
    url: str = ""
    expires: str = ""
    cost_before: Cost | None = None
    cost_after: Cost | None = None
    changes: tuple[Change, ...] = ()
    other: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    consents: tuple[str, ...] = ()
    tags: Mapping[str, str]
    template: str | None = None
    template_before: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a change would do to all environments that it touches, in the order of deployment."""

    version: int = VERSION
    environments: tuple[PlannedEnvironment, ...]
    unchanged: int

    @property
    def refused(self) -> bool:
        """Whether something in it must not be merged as it is."""
        return any(environment.refusals for environment in self.environments)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeSetResult:
    """What CloudFormation says of one environment. `changes` is None where it was not asked; `note` says why.

    `drifted` is whether what is deployed is something else than what was declared before.
    """

    environment: str
    changes: tuple[Change, ...] | None
    note: str = ""
    drifted: bool = False
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeSets:
    """What CloudFormation says of the environments of one account."""

    version: int = VERSION
    account: str
    results: tuple[ChangeSetResult, ...]
