"""Declarations of the default branch with other images, checked before anybody sees them."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.config import files
from constructs_lib.config.environments import load
from gitops.destroy.removal import declaration_path
from gitops.github.transport import GitHubError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from constructs_lib.config.environments import Environments
    from constructs_lib.config.naming import EnvironmentName
    from gitops.github.repository import Repository


@dataclass(frozen=True, kw_only=True, slots=True)
class Declarations:
    """Some declarations as a commit of the default branch has them: their texts, and what they declare.

    Bases and accounts are those of this checkout.
    """

    branch: str
    commit: str
    texts: Mapping[EnvironmentName, str]
    environments: Environments


def read(repository: Repository, folder: Path, names: Iterable[EnvironmentName], today: date) -> Declarations:
    """Return the declarations `names` of the default branch.

    Raises:
        GitHubError: GitHub did not answer, or the branch has no such file.
        DeclarationError: they are not valid.
    """
    branch = repository.default_branch()
    commit = repository.branch_head(branch)
    texts = {name: _text(repository, declaration_path(folder, name), branch, commit) for name in names}
    return Declarations(
        branch=branch, commit=commit, texts=texts, environments=check(folder, texts, today, strict=False)
    )


def check(folder: Path, texts: Mapping[EnvironmentName, str], today: date, *, strict: bool = True) -> Environments:
    """Return what texts declare beside the other declarations in `folder`. Raises DeclarationError.

    They may be expired unless `strict`.
    """
    with tempfile.TemporaryDirectory() as root:
        copy = Path(root, folder.resolve().name)
        shutil.copytree(folder, copy)
        for name, text in texts.items():
            file = files.file_of(copy, name)
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(text.encode())
        return load(copy, only=list(texts), today=today, strict=list(texts) if strict else ())


def _text(repository: Repository, path: str, branch: str, commit: str) -> str:
    file = repository.file(path, commit)
    if file is None:
        raise GitHubError(f"{path} is not on the branch {branch}; nothing was changed")
    return file.text
