"""`gitops new`: write a minimal declaration that is valid."""

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from constructs_lib.config.environments import parse_name, read
from constructs_lib.config.files import file_of
from constructs_lib.config.naming import ACCOUNTS_FOLDER, EnvironmentName
from gitops.errors import UserError
from gitops.init.new_declaration import check_new, declaration_text, require_usable


def new(*, folder: Path, kind: str, name: str, options: Mapping[str, str], today: date) -> int:
    """Write the declaration `name` of a kind, with `options` of `OPTIONS`, and print its path. Returns 0.

    Raises UserError when an option is missing or of no use, when the file exists, or when GitHub cannot be asked;
    DeclarationError when its base or its account is not valid, or this one would not be: then nothing is written.
    """
    identity = _identity(kind, name)
    require_usable(kind, identity, options)
    file = file_of(folder, identity)
    if file.exists():
        raise UserError(f"{file} exists already; nothing was written")
    text = declaration_text(kind, identity, options, read(folder, today=today), today)
    check_new(folder, identity, text, today)
    file.parent.mkdir(exist_ok=True)
    with file.open("x", encoding="utf-8") as stream:
        stream.write(text)
    print("written and valid; commit it in a pull request:", file=sys.stderr)
    print(file)
    return 0


def _identity(kind: str, name: str) -> EnvironmentName:
    try:
        identity = parse_name(f"{ACCOUNTS_FOLDER}/{name}" if kind == "account" and "/" not in name else name)
    except ValueError as error:
        raise UserError(str(error)) from error
    if (kind == "account") != (identity.folder == ACCOUNTS_FOLDER):
        raise UserError(f"{identity}: {ACCOUNTS_FOLDER}/ is for accounts, and accounts are only there")
    return identity
