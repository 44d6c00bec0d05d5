"""The register of AWS resource types: one row a type, in resource_types.toml, with all that gitops knows of it.

A new type is a row there; what it costs is part of the row, or a function of gitops/cost/pricing.py that the row names.
Nothing here talks to AWS.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cattrs

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).with_name("resource_types.toml")

_OUTCOMES = {
    "Delete": "deleted",
    "Retain": "kept",
    "RetainExceptOnCreate": "kept",
    "Snapshot": "deleted after a snapshot",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitPrice:
    """The price of a type of which each resource costs the same: `figure` of a `group` in gitops/cost/prices.json."""

    what: str
    group: str
    figure: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceType:
    """One type of resource. Raises ValueError when its cost is stated in more than one way."""

    name: str

    free: bool = False
    """AWS does not bill it."""
    usage: str = ""
    """What of it AWS bills, where that depends on what is done with it and stands in no template."""
    unit_price: UnitPrice | None = None
    """Its price, where each resource costs the same."""
    pricing: str = ""
    """The function of gitops/cost/pricing.py that prices a resource by its properties."""

    holds_data: bool = False
    """Its deletion loses something that a new deployment does not bring back."""
    replace_without_consent: bool = False
    """Its data may go without the declaration's `allow_replacement`."""
    snapshot_by_default: bool = False
    """CloudFormation takes a snapshot before it deletes one whose template has no DeletionPolicy.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    """
    revisions: bool = False
    """CloudFormation replaces it on every change, because each is a revision. Nothing is lost."""
    create_only: tuple[str, ...] = ()
    """The properties whose change replaces a resource, such as `EncryptionConfiguration/KmsKey`."""

    drift_unread: str = ""
    """Why drift detection leaves it out: the role that detects drift reads no data."""
    changed_at_runtime: tuple[str, ...] = ()
    """The properties that scaling, schedules, `sleep`, `wake` and RDS set while an environment runs; no drift."""

    def __post_init__(self) -> None:
        if sum(map(bool, (self.free, self.usage, self.unit_price, self.pricing))) > 1:
            raise ValueError(f"{self.name} has more than one of free, usage, unit_price and pricing")

    @property
    def is_priced(self) -> bool:
        """Whether an estimate has a line for it."""
        return bool(self.unit_price or self.pricing)

    @property
    def has_known_cost(self) -> bool:
        """Whether it is known how AWS bills it, be it not at all."""
        return bool(self.free or self.usage or self.is_priced)

    @property
    def needs_consent(self) -> bool:
        """Whether its replacement or removal takes the declaration's consent, because data would be lost."""
        return self.holds_data and not self.replace_without_consent


def resource_type(name: str) -> ResourceType:
    """Return the row of a type, `AWS::S3::Bucket`; of a type that has none, one in which nothing is known."""
    return register().get(name) or ResourceType(name=name)


@cache
def register() -> Mapping[str, ResourceType]:
    """Return all rows by the names of their types.

    Raises ExceptionGroup when a row has a field that does not exist, or contradicts itself.
    """
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))
    converter = cattrs.Converter(forbid_extra_keys=True)
    return {name: converter.structure({"name": name, **row}, ResourceType) for name, row in rows.items()}


def deletion_outcome(name: str, deletion_policy: str | None) -> str:
    """Return what happens to a resource of a type when its stack drops it, in words; None is no policy."""
    default = "Snapshot" if resource_type(name).snapshot_by_default else "Delete"
    return _OUTCOMES[deletion_policy or default]
