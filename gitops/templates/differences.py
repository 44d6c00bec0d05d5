"""The differences between two templates as documents: changed resources, and new permissions.

They are part of a plan, which one job hands to another (gitops/handoff.py): each field has a limit.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from gitops.handoff import Document, ShortText, Text

ChangeAction = Literal["destroy", "replace", "update", "create"]
"""What happens to a resource, most severe first."""

GrantKind = Literal["policy", "trust", "managed_policy", "boundary", "deny_removed", "identity", "ingress", "egress"]


class Detail(Document, frozen=True, kw_only=True):
    """A property of a resource that changes, with its values as text; None where there is none."""

    path: ShortText
    before: ShortText | None
    after: ShortText | None


class ResourceChange(Document, frozen=True, kw_only=True):
    """What happens to one resource. `cause` is why it is replaced, or what remains of it."""

    action: ChangeAction
    logical_id: ShortText
    type: ShortText
    cause: Text = ""
    details: Annotated[tuple[Detail, ...], Meta(max_length=100)] = ()


class Grant(Document, frozen=True, kw_only=True):
    """A permission that is new: `who` may `what` `on` a resource, `when` a condition holds.

    For traffic, `who` is the security group, `what` the port, and `on` the other end.
    """

    kind: GrantKind
    who: ShortText
    what: Text
    on: Text = ""
    when: Text = ""
