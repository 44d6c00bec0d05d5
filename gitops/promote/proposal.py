"""The pull request that declares other images: declarations of the default branch, edited and checked, then proposed.

There is one for the same environments, brought up to date when asked again.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from constructs_lib.config import files
from constructs_lib.config.environments import load
from gitops.github.newest import declaration_path
from gitops.github.transport import GitHubError
from gitops.output import markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from constructs_lib.config.environments import Environments
    from constructs_lib.config.naming import EnvironmentName
    from gitops.github.model import PullRequest
    from gitops.github.repository import Repository

BRANCH_PREFIX = "gitops/promote-"
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


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageChange:
    """An environment, the image that it declares and the one that it is to declare, readable."""

    name: EnvironmentName
    before: str
    after: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A pull request, and whether it is new."""

    pull_request: PullRequest
    outcome: Literal["opened", "updated", "unchanged"]


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
    lines += [markdown.text(change.note) for change in changes if change.note]
    lines.append("Merging deploys it; reverting the merge goes back to the image now (docs/operations.md).")
    if checks_wait:
        lines.append("A job has pushed this, so its checks wait: select *Approve workflows to run* to start them.")
    return "\n".join(lines)


def put(
    repository: Repository,
    files: Mapping[str, str],
    *,
    branch: str,
    base: str,
    base_commit: str,
    title: str,
    body: str,
) -> Proposal:
    """Open a pull request with new texts of files, or bring the one that is open on `branch` up to date.

    The branch becomes one commit on `base_commit`, whatever it was: it belongs to this program. It appears, or moves,
    as a whole. Raises GitHubError.
    """
    existing = repository.open_pull_requests(branch)
    if existing and _is_up_to_date(repository, existing[0], files, base_commit):
        return Proposal(pull_request=existing[0], outcome="unchanged")
    repository.point_branch(branch, repository.commit_on(base_commit, files, title))
    if existing:
        pull_request = repository.describe_pull_request(existing[0].number, title=title, body=body)
        return Proposal(pull_request=pull_request, outcome="updated")
    pull_request = repository.open_pull_request(title=title, body=body, head_ref=branch, base_ref=base)
    return Proposal(pull_request=pull_request, outcome="opened")


def _is_up_to_date(
    repository: Repository, pull_request: PullRequest, files: Mapping[str, str], base_commit: str
) -> bool:
    head = pull_request.head_sha
    if repository.parents(head) != [base_commit]:
        return False
    found = {path: repository.file(path, head) for path in files}
    return all(file is not None and file.text == files[path] for path, file in found.items())
