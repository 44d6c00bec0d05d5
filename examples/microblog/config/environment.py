"""Typed access to environment variables. A variable that is missing or malformed stops the start and is named."""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured

_FLAGS = {
    "1": True,
    "on": True,
    "true": True,
    "yes": True,
    "": False,
    "0": False,
    "off": False,
    "false": False,
    "no": False,
}


def text(name: str, default: str | None = None) -> str:
    """Return a variable, or `default` when it is unset.

    Raises:
        ImproperlyConfigured: It is unset and has no default.
    """
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"the environment variable {name} is not set")
    return value


def flag(name: str) -> bool:
    """Return whether a variable says on; unset means off.

    Raises:
        ImproperlyConfigured: It says neither on nor off.
    """
    value = os.environ.get(name, "")
    if value.lower() not in _FLAGS:
        raise ImproperlyConfigured(f"the environment variable {name} is {value!r}: neither on nor off")
    return _FLAGS[value.lower()]


def number(name: str, default: int) -> int:
    """Return a whole number, or `default` when the variable is unset or empty.

    Raises:
        ImproperlyConfigured: It is no whole number.
    """
    value = os.environ.get(name, "")
    try:
        return int(value) if value else default
    except ValueError as error:
        raise ImproperlyConfigured(f"the environment variable {name} is {value!r}: not a whole number") from error


def words(name: str) -> list[str]:
    """Return the parts of a comma-separated list."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]
