"""Files that one job writes and another reads: JSON of frozen dataclasses, read strictly."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, get_args, get_origin

import cattrs

from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_BYTES = 10 * 1024 * 1024

T = TypeVar("T")


def _only(wanted: type) -> Any:  # noqa: ANN401 - what cattrs takes for a hook
    def structure(value: object, _: type) -> object:
        if type(value) is not wanted:
            raise TypeError(f"{value!r:.80} where {wanted.__name__} is expected")
        return value

    return structure


def _is_literal(wanted: object) -> bool:
    origin: object = get_origin(wanted)
    return origin is Literal


def _one_of(value: object, literal: Any) -> object:  # noqa: ANN401 - what cattrs passes to a hook
    """Return a value that is among those of a Literal; what cattrs raises itself is no error of its own."""
    if type(value) is not str or value not in get_args(literal):
        raise ValueError(f"{value!r:.80} where one of {', '.join(get_args(literal))} is expected")
    return value


_CONVERTER = cattrs.Converter(forbid_extra_keys=True, detailed_validation=False)
for _scalar in (str, int, bool, float):
    # cattrs would turn anything into text.
    _CONVERTER.register_structure_hook(_scalar, _only(_scalar))
_CONVERTER.register_structure_hook_func(_is_literal, _one_of)


def write(path: Path, value: Any) -> None:  # noqa: ANN401 - any dataclass
    """Write a dataclass to a file, whose folder is made. Raises UserError when that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(dataclasses.asdict(value), indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error


def read(path: Path, wanted: type[T]) -> T:
    """Return what `write` wrote. Raises UserError when the file is missing, cut off, or of another shape."""
    try:
        content = path.read_bytes()
        if len(content) > MAX_BYTES:
            raise ValueError(f"has more than {MAX_BYTES} bytes")  # noqa: TRY301 - one way to say that it is unusable
        return _CONVERTER.structure(json.loads(content), wanted)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, cattrs.BaseValidationError, cattrs.ForbiddenExtraKeysError) as error:
        raise UserError(f"{path} is not what the job before was to write: {error}") from error


class OfAccount(Protocol):
    """What was found in one account."""

    @property
    def account(self) -> str:
        """The name of the account's file."""


OfAccountT = TypeVar("OfAccountT", bound=OfAccount)


def read_of_accounts(directory: Path, accounts: Iterable[str], wanted: type[OfAccountT]) -> list[OfAccountT]:
    """Return what was written for each account, to `<account>.json` in a directory or below it.

    Raises:
        UserError: a file is missing, there are two, or one is not whole or of another account.
    """
    found = []
    for account in accounts:
        files = sorted(directory.rglob(f"{account}.json"))
        if len(files) != 1:
            raise UserError(
                f"{directory} has {len(files) or 'no'} file{'' if len(files) == 1 else 's'} {account}.json: not all is "
                "known of that account, so nothing was touched. Did its job fail?"
            )
        value = read(files[0], wanted)
        if value.account != account:
            raise UserError(f"{files[0]} is about the account {value.account}; nothing was touched")
        found.append(value)
    return found
