"""Keyset pagination: a page begins where the last one ended, and costs the same however far down it is.

https://use-the-index-luke.com/no-offset
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, TypeVar

from django.db.models import Model, Q, QuerySet

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class _Dated(Protocol):
    pk: int
    created_at: datetime


ModelT = TypeVar("ModelT", bound=Model)


class CursorError(ValueError):
    """A cursor that no page of ours gave out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[ModelT]):
    """Some items, newest first, and the cursor of the page after them, None after the last."""

    items: Sequence[ModelT]
    next_cursor: str | None


def page(newest_first: QuerySet[ModelT], *, before: str | None, size: int) -> Page[ModelT]:
    """Return the page that begins after the item of the cursor `before`.

    Raises:
        CursorError: `before` is no cursor.
    """
    if before:
        moment, number = decode(before)
        # The first condition lets the index find the place, the second decides among items of one moment.
        newest_first = newest_first.filter(
            Q(created_at__lt=moment) | Q(created_at=moment, pk__lt=number), created_at__lte=moment
        )
    items = list(newest_first.order_by("-created_at", "-pk")[: size + 1])
    return Page(items=items[:size], next_cursor=encode(items[size - 1]) if len(items) > size else None)  # type: ignore[arg-type]


def encode(item: _Dated) -> str:
    """Return the cursor of an item."""
    microseconds = (item.created_at - _EPOCH) // _MICROSECOND
    return base64.urlsafe_b64encode(f"{microseconds}.{item.pk}".encode()).decode().rstrip("=")


def decode(cursor: str) -> tuple[datetime, int]:
    """Return the moment and the primary key that a cursor stands for.

    Raises:
        CursorError: It stands for nothing.
    """
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        microseconds, number = (int(part) for part in text.split("."))
        moment = _EPOCH + microseconds * _MICROSECOND
    except (binascii.Error, UnicodeDecodeError, ValueError, OverflowError) as error:
        raise CursorError(f"{cursor!r} is no cursor") from error
    if not 0 < number < 2**63:
        raise CursorError(f"{cursor!r} is no cursor")
    return moment, number
