"""The pull request that declares other images: declarations of the default branch, edited and checked, then proposed.

There is one for the same environments, brought up to date when asked again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from constructs_lib.config.environments import load
from gitops.declarations import folder_with
from gitops.github.newest import declaration_path
from gitops.github.proposals import BRANCHES, CHECKS_WAIT
from gitops.github.transport import GitHubError
from gitops.output import markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.environments import Environments
    from constructs_lib.config.naming import EnvironmentName
    from gitops.github.repository import Repository

BRANCH_PREFIX = f"{BRANCHES}promote-"
_LONGEST_NAMES = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class EditedDeclarations:
    """Some declarations as a commit of the default branch has them: their texts, and what they declare.

    Bases and accounts are those of this checkout.
    """

    branch: str
    commit: str
    texts: Mapping[EnvironmentName, str]
    environments: Environments


def read_declarations(
    repository: Repository, folder: Path, names: Iterable[EnvironmentName], today: date
) -> EditedDeclarations:
    """Return the declarations `names` of the default branch.

    Raises:
        GitHubError: GitHub did not answer, or the branch has no such file.
        DeclarationError: they are not valid.
    """
    branch = repository.default_branch()
    commit = repository.branch_head(branch)
    texts = {name: _text(repository, declaration_path(folder, name), branch, commit) for name in names}
    return EditedDeclarations(
        branch=branch, commit=commit, texts=texts, environments=check_declarations(folder, texts, today, strict=False)
    )


def check_declarations(
    folder: Path, texts: Mapping[EnvironmentName, str], today: date, *, strict: bool = True
) -> Environments:
    """Return what texts declare beside the other declarations in `folder`. Raises DeclarationError.

    They may be expired unless `strict`.
    """
    with folder_with(folder, texts) as copy:
        return load(copy, only=list(texts), today=today, strict=list(texts) if strict else ())


def _text(repository: Repository, path: str, branch: str, commit: str) -> str:
    file = repository.file(path, commit)
    if file is None:
        raise GitHubError(f"{path} is not on the branch {branch}; nothing was changed")
    return file.text


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageChange:
    """An environment, the image that it declares and the one that it is to declare, readable.

    `warning` is what keeps it from being deployed, and `services` what it does not change in services; empty for none.
    """

    name: EnvironmentName
    before: str
    after: str
    warning: str = ""
    services: str = ""


def branch_of(names: Iterable[EnvironmentName]) -> str:
    """Return the branch of the pull request about some environments, always the same."""
    stacks = "-".join(sorted(name.stack for name in names))
    digest = hashlib.sha256(stacks.encode()).hexdigest()[:12]
    return BRANCH_PREFIX + (stacks if len(stacks) <= _LONGEST_NAMES else digest)


def title_of(changes: Sequence[ImageChange], source: EnvironmentName | None) -> str:
    """Return the title, which is the message of the commit too."""
    versions = sorted({change.after for change in changes})
    names = ", ".join(str(change.name) for change in changes)
    return f"Deploy {', '.join(versions)} to {names}" + (f", as on {source}" if source else "")


def body_of(changes: Iterable[ImageChange], *, checks_wait: bool) -> str:
    """Return the description; `checks_wait` when the token of a job of GitHub Actions opens the pull request."""
    rows = [
        (markdown.code(str(change.name)), markdown.code(change.before), markdown.code(change.after))
        for change in changes
    ]
    lines = [markdown.table(("Environment", "Image now", "Image then"), rows), ""]
    for change in changes:
        lines += [f"{markdown.text(note)}\n" for note in (change.warning, change.services) if note]
    lines.append("Merging deploys it; reverting the merge goes back to the image now (docs/operations.md).")
    if checks_wait:
        lines.append(CHECKS_WAIT)
    return "\n".join(lines)
