"""`gitops update`: merge a new version of this repository's code into a repository that was made from it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gitops import git
from gitops.errors import UserError
from gitops.git import three_way
from gitops.git.upstream import fetched, require_top
from gitops.init import merging, origin, versions
from gitops.output.progress import say, without_workflow_commands
from gitops.output.report import Table, code, text_table

if TYPE_CHECKING:
    from pathlib import Path

    from gitops.git.upstream import Upstream
    from gitops.init.merging import Action, Update
    from gitops.init.versions import Version
    from gitops.output.report import Cell

CHANGELOG = "CHANGELOG.md"
_COUNTED: dict[Action, str] = {
    "add": "added",
    "change": "changed",
    "remove": "removed",
    "merge": "merged with what you changed",
    "conflict": "in conflict with what you changed",
}


def update(*, folder: Path, version: str | None, url: str | None, dry_run: bool, yes: bool) -> int:
    """Merge the newest release, or `version`, into the work tree and the index. Returns 1 when conflicts are left.

    The table of changes is shown first. `url` is recorded as the address of the upstream repository.

    Raises:
        UserError: the repository or the release cannot be read, the release is older than what is here, the work tree
            has changes that are not committed, or nobody agreed. Nothing was changed then.
    """
    top = folder.resolve().parent
    require_top(top)
    known = origin.parse(git.committed(top, origin.FILE))
    address = _address(url or known.url)
    say(f"Fetching {address}")
    with fetched(address, top) as upstream:
        wanted = versions.wanted_version(upstream, version)
        taken = versions.taken_version(upstream, known)
        if not _is_newer(upstream, wanted, taken, named=version is not None):
            return 0
        planned = merging.plan(upstream, address, taken, wanted)
        _show(planned, upstream, taken, wanted)
        if dry_run:
            say("Nothing was changed: --dry-run.")
            return 0
        if changed := git.uncommitted(top):
            raise UserError(
                "commit or stash these changes first, so that git can take the update back:\n" + "\n".join(changed)
            )
        if not yes:
            _agreed(address, wanted)
        three_way.check_out(upstream, planned.merged)
    # From here on the modules of this program are those of the new version: import no further one.
    say(_next_steps(planned, wanted))
    return 1 if planned.conflicts else 0


def _address(url: str) -> str:
    if not url:
        raise UserError(
            f"where this repository takes new versions from is not known; nothing was changed. Say it once, and it is"
            f" recorded in {origin.FILE}: gitops update --from https://github.com/OWNER/NAME.git"
        )
    if not origin.is_url(url):
        raise UserError(f"--from {origin.URL_HELP}, not {url!r}; nothing was changed")
    return url


def _is_newer(upstream: Upstream, wanted: Version, taken: Version, *, named: bool) -> bool:
    """Return whether there is something to update to; say so if not. Raises UserError for an older version by name."""
    if wanted.commit == taken.commit:
        say(f"Nothing to do: this repository has {wanted.name}.")
        return False
    if wanted.number >= taken.number and not upstream.is_ancestor(wanted.commit, taken.commit):
        return True
    if named:
        raise UserError(f"{wanted.name} is older than {taken.name}, which this repository has; nothing was changed")
    say(f"Nothing to do: {wanted.name} is the newest release, and this repository has {taken.name}, which is newer.")
    return False


def _show(planned: Update, upstream: Upstream, taken: Version, wanted: Version) -> None:
    """Print the table of changes, and what the changelog says about them."""
    rows: list[list[Cell]] = [[row.action, code(row.path), row.why] for row in planned.rows]
    print(text_table(Table(headings=("action", "file", "why"), rows=rows)), flush=True)
    changelog = (upstream.content(wanted.commit, CHANGELOG) or b"").decode(errors="replace")
    said = versions.changes_between(changelog, taken.number, wanted.number)
    counts = [
        f"{count} {_COUNTED[action]}" for action, count in planned.counts().items() if count and action in _COUNTED
    ]
    summary = f"{taken.name} to {wanted.name}: files: {', '.join(counts)}."
    say(without_workflow_commands(f"\n{said}\n\n{summary}" if said else f"\n{summary}"))


def _agreed(address: str, wanted: Version) -> None:
    if not sys.stdin.isatty():
        raise UserError("stdin is not a terminal; nothing was changed. To continue without a question, pass --yes")
    print(f"Merge {wanted.name} of {address} into the work tree? Type yes: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise UserError("nothing was changed")


def _next_steps(planned: Update, wanted: Version) -> str:
    lines = []
    if planned.conflicts:
        lines += [
            "Merged, but for these conflicts:",
            *(f"  {path}" for path in planned.conflicts),
            "Edit each, then `git add` it, or `git rm` what is to go (docs/operations.md, *A new version*).",
        ]
    else:
        lines.append(f"{wanted.name} is merged into the work tree, and staged.")
    lines += [
        "Next:",
        "  make setup",
        "  make check",
        f"  git switch --create update-{wanted.name}",
        f"  git commit --message 'chore: update to {wanted.name}'",
        "and open a pull request. To go back instead: git reset --hard",
    ]
    if planned.changes_workflows:
        lines.append(
            "Workflows change: push the branch yourself, since GitHub lets no token of a job change workflows."
        )
    return "\n".join(lines)
