import os
from pathlib import Path

from gitops.checkout import prune


def test_only_what_was_changed_last_is_kept(tmp_path: Path) -> None:
    for age, name in enumerate(("newest", "newer", "old", "oldest")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    (tmp_path / "file").touch()
    os.utime(tmp_path / "file", (1, 1))

    prune(tmp_path, keep=2)

    assert {entry.name for entry in tmp_path.iterdir()} == {"newest", "newer"}
