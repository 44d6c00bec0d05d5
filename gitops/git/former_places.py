"""Where environments were declared once: a stack stays in its account and region when its declaration moves on."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from constructs_lib.config import loader
from constructs_lib.config.environments import place_in
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.naming import ACCOUNTS_FOLDER, BASE_FILE
from constructs_lib.config.unchecked import UncheckedDeclaration
from gitops import git
from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from constructs_lib.config.environments import AccountRegion

_PATTERNS = (f"{ACCOUNTS_FOLDER}/*.yaml", f"*/{BASE_FILE}.yaml")


def former_places(folder: Path, accounts: Collection[str] | None = None) -> frozenset[AccountRegion]:
    """Return every account and region that a base or an account below `folder` has had in the history of git.

    With `accounts`, ids of AWS accounts, those in them. A base may have been in any place that its account had: more
    places are returned than were ever deployed to, and none is left out. Without git, or in a folder that is in no
    repository, there is no history.
    """
    try:
        versions = git.versions(folder, _PATTERNS)
    except UserError:
        return frozenset()
    homes: defaultdict[str, list[UncheckedDeclaration]] = defaultdict(list)
    bases = []
    for name, text in versions:
        try:
            file = UncheckedDeclaration(loader.parse(text, str(name)).data)
        except DeclarationError:
            continue
        if name.is_account:
            homes[name.file].append(file)
        else:
            bases.append(file)
    of_accounts = {place_in(home, None) for same in homes.values() for home in same}
    of_bases = {place_in(home, base) for base in bases for home in homes.get(base.text("account"), ())}
    places = (place for place in of_accounts | of_bases if place)
    return frozenset(place for place in places if accounts is None or place.account in accounts)
