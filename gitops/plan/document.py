"""The plan of a change as documents: one job writes them, and others read them (gitops/handoff.py).

All text in them may have been written by anybody. The limits are far above what declarations come to: they bound what
code of a pull request can hand over.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from constructs_lib.config.model import CONFIG_OF_KIND
from gitops import handoff
from gitops.handoff import (
    DATE,
    NAME,
    REGION,
    AccountDocument,
    Count,
    Document,
    EnvironmentId,
    ShortText,
    Text,
    empty_or,
    matching,
)
from gitops.templates.differences import Grant, ResourceChange

INLINE_TEMPLATE_BYTES = 51_200
"""Largest template that CloudFormation takes without a bucket.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

MOST_WARNINGS = 100
"""Most warnings of one environment."""

PLAN_FILE = "plan.json"
CHANGE_SETS_PREFIX = "changes-"

Dollars = Annotated[float, Meta(ge=0, le=1_000_000_000)]
Sha256 = Annotated[str, matching("[0-9a-f]{64}")]


class Cost(Document, frozen=True, kw_only=True):
    """A month in US dollars, with the fewest and with the most tasks, without the `unpriced` resources."""

    least_usd: Dollars
    most_usd: Dollars
    unpriced: Count


Changes = Annotated[tuple[ResourceChange, ...], Meta(max_length=1_000)]
Refusals = Annotated[tuple[Text, ...], Meta(max_length=1_000)]
ShortTexts = Annotated[tuple[ShortText, ...], Meta(max_length=1_000)]


class PlannedEnvironment(Document, frozen=True, kw_only=True):
    """What a change would do to one environment.

    `refusals` fail the check. `incomparable` says why the state before the change is not known. `other` are changes
    outside of resources: outputs, tags, protection. `consents` are resources that may be replaced today. `template` is
    the new one as JSON, or None where it is too large for a change set; `template_before` the hash of the old one.
    """

    environment: EnvironmentId
    kind: Annotated[str, empty_or("|".join(CONFIG_OF_KIND))]
    action: Literal["create", "update", "destroy"]
    wave: Literal["account", "bases", "apps", "production"]
    reason: Text
    account: Annotated[str, empty_or(NAME)]
    account_id: Annotated[str, empty_or("[0-9]{12}")]
    region: Annotated[str, empty_or(REGION)]
    renamed_from: EnvironmentId | None = None
    renamed_to: EnvironmentId | None = None
    refusals: Refusals = ()
    warnings: Annotated[tuple[Text, ...], Meta(max_length=MOST_WARNINGS)] = ()
    incomparable: Text = ""
    url: ShortText = ""
    expires: Annotated[str, empty_or(DATE)] = ""
    cost_before: Cost | None = None
    cost_after: Cost | None = None
    changes: Changes = ()
    other: ShortTexts = ()
    grants: Annotated[tuple[Grant, ...], Meta(max_length=5_000)] = ()
    consents: ShortTexts = ()
    tags: Annotated[Mapping[ShortText, ShortText], Meta(max_length=50)]
    template: Annotated[str, Meta(max_length=INLINE_TEMPLATE_BYTES)] | None = None
    template_before: Sha256 | None = None


class Plan(Document, frozen=True, kw_only=True):
    """What a change would do to all environments that it touches, in the order of deployment."""

    version: Literal[1] = 1
    environments: Annotated[tuple[PlannedEnvironment, ...], Meta(max_length=2_000)]
    unchanged: Count

    @property
    def refused(self) -> bool:
        """Whether the change must not be merged as it is."""
        return any(environment.refusals for environment in self.environments)


class ChangeSetResult(Document, frozen=True, kw_only=True):
    """What CloudFormation says about one environment. `changes` is None without a change set; `note` says why.

    `drifted` is whether the deployed template differs from the one that was declared before the change.
    """

    environment: EnvironmentId
    changes: Changes | None
    note: Text = ""
    drifted: bool = False
    refusals: Refusals = ()


class ChangeSets(AccountDocument, frozen=True, kw_only=True):
    """What CloudFormation says about the environments of one account."""

    version: Literal[1] = 1
    results: Annotated[tuple[ChangeSetResult, ...], Meta(max_length=2_000)]


def write_plan(folder: Path, plan: Plan) -> None:
    """Write a plan to its file in a folder. Raises UserError as `handoff.write`."""
    handoff.write(folder / PLAN_FILE, plan)


def write_change_sets(folder: Path, change_sets: ChangeSets) -> None:
    """Write what CloudFormation says about one account to its file in a folder. Raises UserError."""
    handoff.write(folder / f"{CHANGE_SETS_PREFIX}{change_sets.account}.json", change_sets)


def read_plan(folder: Path) -> Plan:
    """Read the plan in a folder. Raises UserError when it is missing or not valid."""
    return handoff.read(folder / PLAN_FILE, Plan)


def read_change_sets(folder: Path) -> list[ChangeSets]:
    """Read what CloudFormation says about each account; a fork's plan has none. Raises UserError when not valid."""
    return [handoff.read(file, ChangeSets) for file in handoff.newest_files(folder, f"{CHANGE_SETS_PREFIX}*.json")]
