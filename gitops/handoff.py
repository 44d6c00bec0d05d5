"""Documents that one job of a workflow writes and another reads: msgspec structs as JSON.

A document may have been written by code of a pull request (docs/adr/0004), and is read by a job that holds credentials
or may write. Each field of a document states its type and its limits once, on its class, and `read` enforces them: no
unknown field, no missing field, no conversion of types, no more bytes than allowed, UTF-8 only, regular files only.
"""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, Annotated, TypeVar

import msgspec

from constructs_lib.config.naming import NAME_PATTERN
from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_BYTES = 64 * 1024 * 1024
"""Largest document that is read; each environment of a plan may have a template of 50 KiB."""

NAME = NAME_PATTERN.pattern
REGION = "[a-z]{2}(-[a-z]+)+-[0-9]"
DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


def matching(pattern: str) -> msgspec.Meta:
    """Return the constraint of a text that matches a pattern from its first to its last character."""
    return msgspec.Meta(pattern=rf"\A(?:{pattern})\Z")


def empty_or(pattern: str) -> msgspec.Meta:
    """Return the constraint of a text that matches a pattern or is empty."""
    return matching(f"(?:{pattern})?")


_PLACE = re.compile(r"\$[A-Za-z0-9_.\[\]]{0,199}")

Name = Annotated[str, matching(NAME)]
"""The name of a folder or a file of a declaration, such as that of an account."""

EnvironmentId = Annotated[str, matching(f"{NAME}/{NAME}")]
"""The name of an environment, `dev/alpha`; the name of its stack is made from it."""

Region = Annotated[str, matching(REGION)]
Date = Annotated[str, matching(DATE)]
ShortText = Annotated[str, msgspec.Meta(max_length=300)]
Text = Annotated[str, msgspec.Meta(max_length=4_000)]
LongText = Annotated[str, msgspec.Meta(max_length=100_000)]

Count = Annotated[int, msgspec.Meta(ge=0, le=100_000)]


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document, or a part of one. Fields with a default have to be in the file all the same."""


class AccountDocument(Document, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document about one account, the name of whose declaration is `account`."""

    account: Name


DocumentT = TypeVar("DocumentT", bound=Document)
AccountDocumentT = TypeVar("AccountDocumentT", bound=AccountDocument)


def write(path: Path, document: Document) -> None:
    """Write a document to a file, whose folder is made.

    Raises:
        UserError: the document breaks its own limits, or the file cannot be written.
    """
    try:
        content = msgspec.json.encode(document)
        _decode(content, type(document))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.format(content, indent=1) + b"\n")
    except _InvalidError as error:
        raise UserError(f"{path} was not written: {error}") from error
    except UnicodeEncodeError as error:
        raise UserError(f"{path} was not written: a text in it is not Unicode") from error
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error


def read(path: Path, document_type: type[DocumentT]) -> DocumentT:
    """Read a document.

    Raises:
        UserError: the file is missing, is no regular file, is too large, or breaks the type or a limit of a field. The
            message has the place of the fault and nothing else of the file: its content may be anything.
    """
    try:
        return _decode(_content(path), document_type)
    except _InvalidError as error:
        raise UserError(f"{path} is not a valid {document_type.__name__}: {error}") from error


def newest_files(directory: Path, pattern: str) -> list[Path]:
    """Return the files of a pattern in a directory, and in artifacts below it: of each, the newest attempt alone.

    An artifact is a folder that is named after it, `NAME-ATTEMPT`. A job that is run again leaves one for each attempt,
    and a download has all of them.
    """
    attempts: dict[str, int] = {}
    found = []
    for path in sorted(directory.rglob(pattern)):
        artifact, _, attempt = path.relative_to(directory).parts[0].rpartition("-")
        if path.parent == directory or not attempt.isdecimal():
            artifact, attempt = str(path.relative_to(directory)), "0"
        attempts[artifact] = max(attempts.get(artifact, 0), int(attempt))
        found.append((artifact, int(attempt), path))
    return [path for artifact, attempt, path in found if attempts[artifact] == attempt]


def read_per_account(
    directory: Path, accounts: Iterable[str], document_type: type[AccountDocumentT]
) -> list[AccountDocumentT]:
    """Return the document of each account, `<account>.json` in a directory or below it.

    Raises:
        UserError: a document is missing, not valid or about another account, or an account has two.
    """
    documents = []
    for account in accounts:
        files = newest_files(directory, f"{account}.json")
        if len(files) != 1:
            raise UserError(
                f"{directory} has {len(files) or 'no'} file{'' if len(files) == 1 else 's'} {account}.json, so the "
                "state of that account is not known and nothing was changed. Did its job fail?"
            )
        document = read(files[0], document_type)
        if document.account != account:
            raise UserError(f"{files[0]} is about the account {document.account}; nothing was changed")
        documents.append(document)
    return documents


def _content(path: Path) -> bytes:
    """Return the bytes of a regular file. A symbolic link, a device or a pipe is not opened for reading."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UserError(f"{path} cannot be read: it is not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise UserError(f"{path} has more than {MAX_BYTES:,} bytes and was not read")
    return content


class _InvalidError(Exception):
    """What is wrong with a document, without a word of its content."""


def _decode(content: bytes, document_type: type[DocumentT]) -> DocumentT:
    try:
        content.decode()
        document = msgspec.json.decode(content, type=document_type)
    except msgspec.ValidationError as error:
        # The message may quote the document; the place of the fault is passed on when it looks like one.
        _, _, place = str(error).rpartition(" - at `")
        place = place.removesuffix("`")
        raise _InvalidError(f"wrong at {place if _PLACE.fullmatch(place) else '$'}") from None
    except (ValueError, RecursionError):
        raise _InvalidError("not JSON in UTF-8") from None
    if not _is_complete(document, msgspec.json.decode(content)):
        raise _InvalidError("a field is missing")
    return document


def _is_complete(value: object, given: object) -> bool:
    """Whether what was decoded has all of its fields from the file; the decoder fills in defaults for missing ones."""
    if isinstance(value, msgspec.Struct) and isinstance(given, dict):
        return all(
            name in given and _is_complete(getattr(value, name), given[name]) for name in value.__struct_fields__
        )
    if isinstance(value, tuple) and isinstance(given, list):
        return all(map(_is_complete, value, given))
    return True
