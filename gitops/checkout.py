"""The place of this checkout, and the folders that gitops writes into it."""

import shutil
from pathlib import Path

ROOT = Path(__file__).absolute().parent.parent
"""The folder of app.py, cdk.json and the lock files."""

STATE = ROOT / ".gitops"
"""Everything that gitops writes: assemblies, logs, the embedded AWS and its images. Ignored by git; safe to delete."""

LOCAL_STATE = STATE / "local"
"""The state folder of this checkout's embedded AWS."""


def prune(folder: Path, *, keep: int) -> None:
    """Remove all but the `keep` entries of `folder` that were changed last; other processes may prune it too."""
    newest_first = sorted(folder.iterdir(), key=_changed, reverse=True)
    for entry in newest_first[keep:]:
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def _changed(entry: Path) -> float:
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:
        return 0.0
