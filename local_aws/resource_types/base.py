"""What a CloudFormation resource type of the embedded AWS consists of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local_aws.ministack import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Resource:
    """A provisioned resource: what ``Ref`` returns, and what ``Fn::GetAtt`` returns by attribute."""

    physical_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """How CloudFormation provisions one type.

    ``create`` takes the properties and a generated name for a resource that the template gives none.
    ``update`` takes the physical id and the properties before and after; it is called only when no property
    of ``create_only`` changed: such a change creates a new resource and then deletes the old one.
    ``delete`` takes the physical id and the properties, and finds nothing wrong with a resource that is gone.
    ``conditionally_replaced`` are properties of which a change set says that they may replace. ``tagged``
    types have a list property ``Tags``, to which the tags of the stack are added.

    Which property is which stands in the resource type schemas:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
    """

    name: str
    create: Callable[[Properties, str], Resource]
    update: Callable[[str, Properties, Properties], Resource]
    delete: Callable[[str, Properties], None]
    create_only: tuple[str, ...]
    conditionally_replaced: tuple[str, ...] = ()
    tagged: bool = False


@contextmanager
def gone_is_fine(*codes: str) -> Iterator[None]:
    """Ignore an API's refusal with one of ``codes``: what should be deleted does not exist."""
    try:
        yield
    except ApiError as error:
        if error.code not in codes:
            raise


def given(properties: Properties, *names: str) -> dict[str, Any]:
    """Return those of ``names`` that the template gives, for an API that calls them the same."""
    return {name: properties[name] for name in names if name in properties}


def _nothing(*_arguments: object) -> None:
    """Correct nothing at this point."""


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What is added to a resource type that MiniStack has, but provisions in part only.

    ``created`` takes the physical id and the properties, ``updated`` the physical id and the properties
    before and after; both are called when MiniStack has done its part, and may return attributes that are
    others than MiniStack's. ``deleting`` takes what ``created`` does and comes first: what it raises keeps
    the resource.
    """

    name: str
    created: Callable[[str, Properties], Mapping[str, str] | None] = _nothing
    updated: Callable[[str, Properties, Properties], Mapping[str, str] | None] = _nothing
    deleting: Callable[[str, Properties], None] = _nothing
