"""Declarations to a cloud assembly, and not twice: an assembly is kept under a key of all that went into it."""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.config.naming import ACCOUNTS_FOLDER
from gitops import checkout
from gitops.cdk import assembly
from gitops.cdk import cli as cdk
from gitops.errors import UserError
from gitops.program import stopped_at_exit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import PurePosixPath

    from constructs_lib.config.naming import EnvironmentName
    from gitops.cdk.assembly import Assembly

CODE_FILES = ("app.py", "cdk.json", "uv.lock")
LIBRARY = "constructs_lib"

ASSEMBLIES = checkout.STATE / "assemblies"
ASSEMBLIES_KEPT = 10


def synthesise(folder: Path, names: Collection[EnvironmentName] | None, root: Path = checkout.ROOT) -> Assembly:
    """Return the assembly of the environments `names`, or of all, of the declarations in `folder`.

    `root` is the checkout whose code makes it.
    It is read from disk when one was made from the same declarations, code and versions; then neither Python's
    CDK nor Node is started.

    Raises:
        UserError: app.py failed, or its input changed meanwhile.
    """
    key = content_key(root, folder, names)
    target = ASSEMBLIES / key
    if not target.is_dir():
        _write(target, root, folder, names)
        if content_key(root, folder, names) != key:
            shutil.rmtree(target)
            raise UserError("files changed while they were synthesised. Run this again")
    target.touch()  # pruning keeps the assemblies used last
    checkout.prune(ASSEMBLIES, keep=ASSEMBLIES_KEPT)
    return assembly.read(target)


def content_key(root: Path, folder: Path, names: Collection[EnvironmentName] | None) -> str:
    """Return a hash of everything that decides the assembly of `names`: the code, its versions, the declarations."""
    digest = hashlib.sha256(f"{sys.version}\n{sorted(map(str, names)) if names else '*'}\n".encode())
    for label, file in [*code(root), *_declarations(folder, names)]:
        content = file.read_bytes() if file.is_file() else b""
        digest.update(f"{label}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def code(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of a checkout that decide how declarations become templates, with their paths below `root`."""
    library = (file for file in (root / LIBRARY).rglob("*") if "__pycache__" not in file.parts)
    yield from _labelled(root, [*(root / name for name in CODE_FILES), *library])


def is_code(path: PurePosixPath) -> bool:
    """Return whether a file, by its path in a checkout, is one of `code`."""
    return path.parts[0] == LIBRARY or str(path) in CODE_FILES


def _declarations(folder: Path, names: Collection[EnvironmentName] | None) -> Iterator[tuple[str, Path]]:
    if names is None:
        return _labelled(folder, folder.rglob("*"))
    wanted = {folder / name.folder / f"{name.file}.yaml" for name in {*names, *(name.base for name in names)}}
    return _labelled(folder, [folder / "schema.json", *(folder / ACCOUNTS_FOLDER).glob("*"), *wanted])


def _labelled(root: Path, files: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    return ((str(file.relative_to(root)), file) for file in sorted(files))


def _write(target: Path, root: Path, folder: Path, names: Collection[EnvironmentName] | None) -> None:
    """Synthesise beside `target` and move the result there, so that an assembly under its name is always complete."""
    ASSEMBLIES.mkdir(parents=True, exist_ok=True)
    context = {"environments": str(folder.resolve())}
    if names is not None:
        context["environment"] = ",".join(sorted(map(str, names)))
    with tempfile.TemporaryDirectory(prefix="new-", dir=ASSEMBLIES) as beside:
        outdir = Path(beside, "assembly")
        app = cdk.start_app(root, outdir, context)
        with stopped_at_exit([app]):
            app.wait()
        if not app.succeeded:
            raise UserError(f"app.py failed:\n{app.last_words()}\nAll of its output: {app.log}")
        try:
            outdir.rename(target)
        except OSError:
            if not target.is_dir():  # else another process was as quick as we were
                raise
