from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.config.environments import parse_name
from gitops.cdk.synthesis import content_key

ALPHA = parse_name("dev/alpha")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "app.py": "app",
        "cdk.json": "{}",
        "uv.lock": "aws-cdk-lib==2",
        "constructs_lib/network/network.py": "vpc",
        "environments/schema.json": "{}",
        "environments/accounts/main.yaml": "id",
        "environments/dev/base.yaml": "base",
        "environments/dev/alpha.yaml": "alpha",
        "environments/dev/beta.yaml": "beta",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    "path",
    [
        "app.py",
        "cdk.json",
        "uv.lock",
        "constructs_lib/network/network.py",
        "constructs_lib/new.py",
        "environments/schema.json",
        "environments/accounts/main.yaml",
        "environments/dev/base.yaml",
        "environments/dev/alpha.yaml",
    ],
)
def test_every_file_that_decides_an_assembly_changes_its_key(root: Path, path: str) -> None:
    keys = [content_key(root, root / "environments", names) for names in (None, [ALPHA])]

    (root / path).write_text("changed")

    changed = [content_key(root, root / "environments", names) for names in (None, [ALPHA])]
    assert changed[0] != keys[0]
    assert changed[1] != keys[1]


def test_files_of_other_environments_do_not_change_the_key_of_one(root: Path) -> None:
    one, everything = (content_key(root, root / "environments", names) for names in ([ALPHA], None))

    (root / "environments/dev/beta.yaml").write_text("changed")

    assert content_key(root, root / "environments", [ALPHA]) == one
    assert content_key(root, root / "environments", None) != everything


def _move_a_byte(root: Path) -> None:
    (root / "environments/dev/alpha.yaml").write_text("alph")
    (root / "environments/dev/base.yaml").write_text("abase")


def _rename(root: Path) -> None:
    (root / "environments/dev/beta.yaml").rename(root / "environments/dev/gamma.yaml")


@pytest.mark.parametrize("change", [_move_a_byte, _rename])
def test_the_same_bytes_in_other_files_are_not_the_same(root: Path, change: Callable[[Path], None]) -> None:
    before = content_key(root, root / "environments", None)

    change(root)

    assert content_key(root, root / "environments", None) != before


def test_caches_of_python_do_not_matter(root: Path) -> None:
    before = content_key(root, root / "environments", None)

    (root / "constructs_lib/__pycache__").mkdir()
    (root / "constructs_lib/__pycache__/network.pyc").write_text("compiled")

    assert content_key(root, root / "environments", None) == before
