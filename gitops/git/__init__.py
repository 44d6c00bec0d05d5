"""The door to git: the declarations that a change touches, the files of a revision, and the history of a file."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from constructs_lib.config.files import SUFFIX
from constructs_lib.config.naming import EnvironmentName
from gitops.errors import UserError
from gitops.git.process import inherited, run

_HINT = "\nCheck the name; in a shallow clone, fetch the history first: git fetch --unshallow"


def changed_since(revision: str, folder: Path) -> frozenset[EnvironmentName]:
    """Return the declarations below `folder` that were added or changed since the branch left `revision`.

    Uncommitted changes count too. Raises UserError when git fails.
    """
    return _differing(revision, folder, "d")


def added_since(revision: str, folder: Path) -> frozenset[EnvironmentName]:
    """Return the declarations below `folder` that were added, or renamed, since the branch left `revision`.

    Uncommitted files count too. Raises UserError when git fails.
    """
    return _differing(revision, folder, "A")


def _differing(revision: str, folder: Path, statuses: str) -> frozenset[EnvironmentName]:
    commit = commit_of(revision, folder)
    selection = ["--relative", "--no-renames", f"--diff-filter={statuses}", "--merge-base", commit]
    comparison = ["diff", "--name-only", "-z", *selection, "--", "."]
    untracked = ["ls-files", "-z", "--others", "--exclude-standard", "--", "."]
    listed = _git(comparison, folder, revision) + _git(untracked, folder, revision)
    paths = (PurePosixPath(path) for path in listed.split("\0"))
    return frozenset(
        EnvironmentName.from_path(path)
        for path in paths
        if path.suffix == SUFFIX and len(path.parts) == 2  # noqa: PLR2004 # folder and file
    )


def commit_of(revision: str, folder: Path) -> str:
    """Return the full id of the commit that a revision names. Raises UserError when git knows none."""
    return _git(["rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}"], folder, revision).strip()


def is_in_history(commit: str, head: str, folder: Path) -> bool:
    """Return whether `head` has a commit in its history; one that this clone does not have is not.

    Raises UserError when git does not know `head`.
    """
    known = set(_git(["rev-list", "--end-of-options", head], folder, head).split())
    return commit in known


def uncommitted(folder: Path) -> list[str]:
    """Return what differs from the last commit in the repository of `folder`, as `git status --short` prints it.

    Raises UserError when the folder is in no repository.
    """
    return _git(["status", "--porcelain"], folder, "HEAD").splitlines()


def committed(folder: Path, path: str) -> bytes | None:
    """Return the content that a file below the top of the repository has in the commit that is checked out.

    None when that has no such file. Raises UserError when git cannot say.
    """
    found = blobs("HEAD", folder).get(path)
    return contents([found], folder)[0] if found else None


def fork_point(revision: str, folder: Path) -> str:
    """Return the commit at which the branch that is checked out left `revision`. Raises UserError without one."""
    return _git(["merge-base", commit_of(revision, folder), "HEAD"], folder, revision).strip()


def export(revision: str, folder: Path, target: Path) -> Path:
    """Write the repository's files, as they were when the branch left `revision`, to `target`, as `export_commit`."""
    return export_commit(fork_point(revision, folder), folder, target)


def export_commit(commit: str, folder: Path, target: Path, only: Iterable[str] | None = None) -> Path:
    """Write the repository's files, as they are in a commit, to `target`: all, or `only` these paths.

    Returns the folder there that `folder` is here. Neither the work tree nor the index of the repository is touched.
    Raises UserError when git cannot say.
    """
    top = _top(folder, commit)
    index = {"GIT_INDEX_FILE": str(target.with_name(f"{target.name}.index"))}
    _git(["read-tree", commit], top, commit, index)
    if only is None:
        _git(["checkout-index", "--all", f"--prefix={target}/"], top, commit, index)
    else:
        paths = "".join(f"{path}\0" for path in only).encode(errors="surrogateescape")
        _of_revision(["checkout-index", "-z", "--stdin", f"--prefix={target}/"], top, commit, index, given=paths)
    return target / path_in_repository(folder, commit)


def path_in_repository(folder: Path, revision: str) -> PurePosixPath:
    """Return where a folder is below the top of its repository. Raises UserError when it is in none."""
    return PurePosixPath(folder.resolve().relative_to(_top(folder, revision).resolve()))


def blobs(commit: str, folder: Path) -> dict[str, str]:
    """Return the ids of the contents of all files of a commit, by their paths. Raises UserError when git cannot say."""
    listed = _git(["ls-tree", "-r", "-z", "--full-tree", commit], folder, commit)
    entries = (entry.partition("\t") for entry in listed.split("\0") if entry)
    return {path: said.split()[2] for said, _, path in entries}


def contents(ids: Iterable[str], folder: Path) -> list[bytes]:
    """Return the contents with these ids, in one go. Raises UserError when git does not have them."""
    given = "".join(f"{blob}\n" for blob in ids).encode()
    answer = io.BytesIO(_of_revision(["cat-file", "--batch"], folder, "HEAD", given=given))
    found = []
    while header := answer.readline().split():
        found.append(answer.read(int(header[2])))
        answer.readline()
    return found


def versions(folder: Path, patterns: Sequence[str]) -> list[tuple[EnvironmentName, bytes]]:
    """Return each content that the files below `folder` with these patterns have had in the history of what is out.

    In a shallow clone, that is the history that there is. Raises UserError when git cannot say.
    """
    selection = ["--raw", "--no-abbrev", "--no-renames", "-m", "--relative", "-z", "--format="]
    listed = _git(["log", *selection, "--", *patterns], folder, "HEAD").split("\0")
    # ":100644 100644 OLD NEW M", and then the path.
    entries = zip(listed[::2], listed[1::2], strict=False)
    found = {(blob, path) for said, path in entries for blob in said.split()[2:4] if blob.strip("0")}
    paths = sorted(found)
    texts = contents((blob for blob, _ in paths), folder)
    return [
        (EnvironmentName.from_path(PurePosixPath(path)), text) for (_, path), text in zip(paths, texts, strict=True)
    ]


@dataclass(frozen=True)
class History:
    """The history of the commit that is checked out where `folder`, the declarations, is."""

    folder: Path

    def require_whole(self) -> None:
        """Raise UserError when commits are missing, as in a shallow clone: absence would look like removal."""
        if self._git("rev-parse", "--is-shallow-repository").strip() != "false":
            raise UserError(
                f"the clone of {self.folder} is shallow, so its history does not tell which files were removed. "
                "Fetch all of it: git fetch --unshallow, or fetch-depth: 0 in a workflow"
            )

    def added(self, name: EnvironmentName) -> str | None:
        """Return the newest commit that added the file of an environment, or None when none did."""
        return self._newest("A", name)

    def removed(self, name: EnvironmentName) -> str | None:
        """Return the newest commit that removed the file of an environment, or None when none did."""
        return self._newest("D", name)

    def message(self, commit: str) -> str:
        """Return the message of a commit."""
        return self._git("show", "--no-patch", "--format=%B", commit)

    def before(self, commit: str, name: EnvironmentName) -> bytes:
        """Return the file of an environment as it was before a commit."""
        return self._git("show", f"{commit}^:./{name}.yaml").encode(errors="surrogateescape")

    def _newest(self, status: str, name: EnvironmentName) -> str | None:
        # A merge is compared with its first parent, the branch that it was merged into.
        selection = ["--first-parent", "-m", "--no-renames", f"--diff-filter={status}", "--max-count=1"]
        found = self._git("log", *selection, "--no-patch", "--format=%H", "--", f"{name}.yaml").strip()
        return found or None

    def _git(self, *arguments: str) -> str:
        return _run(arguments, self.folder, f"the history of {self.folder} cannot be read").decode(
            errors="surrogateescape"
        )


def _top(folder: Path, revision: str) -> Path:
    return Path(_git(["rev-parse", "--show-toplevel"], folder, revision).strip())


def _git(arguments: Sequence[str], folder: Path, revision: str, environ: Mapping[str, str] | None = None) -> str:
    return _of_revision(arguments, folder, revision, environ).decode(errors="surrogateescape")


def _of_revision(
    arguments: Sequence[str],
    folder: Path,
    revision: str,
    environ: Mapping[str, str] | None = None,
    *,
    given: bytes | None = None,
) -> bytes:
    return _run(arguments, folder, f"the revision {revision!r} cannot be read", environ, given=given)


def _run(
    arguments: Sequence[str],
    folder: Path,
    failure: str,
    environ: Mapping[str, str] | None = None,
    *,
    given: bytes | None = None,
) -> bytes:
    return run(arguments, folder, failure, {**inherited(), **(environ or {})}, given=given, hint=_HINT)
