"""The parts of a CloudFormation resource type, and of a correction of one that MiniStack has."""

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
    """A provisioned resource: the value of ``Ref``, and the values of ``Fn::GetAtt`` by attribute."""

    physical_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """How CloudFormation provisions one type.

    ``create`` takes the properties and a generated name, for resources without a name in the template. ``update`` takes
    the physical id and the properties before and after. It is called only when no property of ``create_only`` has
    changed: such a change creates a new resource and then deletes the old one. ``delete`` takes the physical id and the
    properties, and succeeds when the resource does not exist. ``conditionally_replaced`` are properties that may
    replace the resource, according to a change set. ``tagged`` types have a list property ``Tags``, to which the tags
    of the stack are added.

    Resource type schemas say which property is which:
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
    """Ignore errors of an API with one of ``codes``, which say that the resource to delete does not exist."""
    try:
        yield
    except ApiError as error:
        if error.code not in codes:
            raise


def given(properties: Properties, *names: str) -> dict[str, Any]:
    """Return the properties in ``names`` that the template has, as parameters of an API with the same names."""
    return {name: properties[name] for name in names if name in properties}


def _nothing(*_arguments: object) -> None:
    """Do nothing at this point."""


@dataclass(frozen=True, kw_only=True)
class Correction:
    """An addition to a resource type that MiniStack has, but provisions only in part.

    ``creating`` takes the properties and is called before MiniStack's handler: an exception keeps it from creating the
    resource. ``created`` takes the physical id and the properties, ``updated`` the physical id and the properties
    before and after. Both are called after MiniStack's handler, and may return attributes in place of MiniStack's.
    ``deleting`` takes what ``created`` takes and is called before MiniStack's handler: an exception keeps the resource.
    """

    name: str
    creating: Callable[[Properties], None] = _nothing
    created: Callable[[str, Properties], Mapping[str, str] | None] = _nothing
    updated: Callable[[str, Properties, Properties], Mapping[str, str] | None] = _nothing
    deleting: Callable[[str, Properties], None] = _nothing
