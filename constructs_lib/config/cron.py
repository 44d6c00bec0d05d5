"""Schedules of jobs: the five fields of cron, and what EventBridge Scheduler makes of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_DAY_NAMES = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Field:
    name: str
    first: int
    last: int
    names: Mapping[str, int]


_FIELDS = (
    _Field(name="minute", first=0, last=59, names={}),
    _Field(name="hour", first=0, last=23, names={}),
    _Field(name="day of the month", first=1, last=31, names={}),
    _Field(name="month", first=1, last=12, names={name: number for number, name in enumerate(_MONTH_NAMES, 1)}),
    _Field(name="day of the week", first=0, last=7, names={name: number for number, name in enumerate(_DAY_NAMES)}),
)


def expression(text: str) -> str:
    """Return a schedule such as `0 3 * * 1-5` in the notation of EventBridge Scheduler, `cron(0 3 ? * MON-FRI *)`.

    There, one of the two days is `?`, and days of the week count from 1. Steps are written as lists.
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based

    Raises ValueError, with a message for the author.
    """
    parts = text.split()
    if len(parts) != len(_FIELDS):
        raise ValueError(f"has {len(parts)} fields, not 5: minute, hour, day of the month, month, day of the week")
    minute, hour, day, month, weekday = (_values(field, part) for field, part in zip(_FIELDS, parts, strict=True))
    if day is not None and weekday is not None:
        raise ValueError("names days of the month and days of the week, and AWS takes one of them; write two jobs")
    if weekday is None:
        days = (_written(day), "?")
    else:
        days = ("?", ",".join(_DAY_NAMES[number] for number in sorted({number % 7 for number in weekday})))
    return f"cron({_written(minute)} {_written(hour)} {days[0]} {_written(month)} {days[1]} *)"


def _values(field: _Field, text: str) -> list[int] | None:
    """Return the values of a field, in ascending order; None where it allows all."""
    values = {value for item in text.split(",") for value in _item(field, item)}
    top = field.last - 1 if field.name == "day of the week" else field.last
    return None if values >= set(range(field.first, top + 1)) else sorted(values)


def _item(field: _Field, item: str) -> range:
    span, _, step_text = item.partition("/")
    if span == "*":
        first, last = field.first, field.last
    else:
        first_text, dash, last_text = span.partition("-")
        first = _number(field, first_text)
        last = _number(field, last_text) if dash else field.last if step_text else first
    step = 1
    if "/" in item:
        if not step_text.isascii() or not step_text.isdigit() or int(step_text) < 1:
            raise ValueError(f"{item} has a step that is not a whole number from 1")
        step = int(step_text)
    if first > last:
        raise ValueError(f"{item} of the {field.name} begins after its end")
    return range(first, last + 1, step)


def _number(field: _Field, text: str) -> int:
    name = text.upper()
    if name in field.names:
        return field.names[name]
    if not text.isascii() or not text.isdigit() or not field.first <= int(text) <= field.last:
        raise ValueError(f'"{text}" is not a valid {field.name}, {field.first} to {field.last}')
    return int(text)


def _written(values: Sequence[int] | None) -> str:
    return "*" if values is None else ",".join(_runs(values))


def _runs(values: Sequence[int]) -> Iterator[str]:
    """Yield values in ascending order, those that follow each other as ranges: an expression has 256 characters."""
    start = previous = values[0]
    for value in [*values[1:], None]:
        if value is not None and value == previous + 1:
            previous = value
            continue
        yield str(start) if start == previous else f"{start}-{previous}"
        if value is not None:
            start = previous = value
