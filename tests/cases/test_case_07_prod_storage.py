"""Storage that RDS would refuse, found before a deployment.

A production base of 600 GiB was valid: storage that grows by itself had its default limit, 500 GiB.
"""

from pathlib import Path

import pytest

from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError

INPUT = Path(__file__).with_name("inputs") / "07-prod-storage" / "base.yaml"
ACCOUNT = """\
kind: account
id: "111111111111"
region: us-east-1
github: {repository: example/environments, owner_id: 583231, repository_id: 1296269}
"""


def declared(tmp_path: Path, database: str) -> Path:
    folder = tmp_path / "environments"
    for path, text in {
        "accounts/main.yaml": ACCOUNT,
        "prod/base.yaml": INPUT.read_text().replace("{storage_gib: 600}", database),
    }.items():
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text(text)
    return folder


def test_the_declaration_is_refused_on_the_line_of_its_storage(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError) as error:
        load(declared(tmp_path, "{storage_gib: 600}"))

    assert str(error.value) == (
        "environments/prod/base.yaml:6:25: database.storage_gib: 600 GiB may grow to max_storage_gib, 500; RDS wants "
        "10 % more at least: set max_storage_gib to 660 or more, or storage_gib to less"
    )


@pytest.mark.parametrize(
    "database",
    [
        "{storage_gib: 600, max_storage_gib: 659}",
        "{max_storage_gib: 80}",
        "{storage_gib: 59579, max_storage_gib: 65536}",
        "{storage_gib: 19}",
        "{storage_gib: 50000, max_storage_gib: 65537}",
    ],
)
def test_its_like_is_refused_too(database: str, tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"prod/base\.yaml:6:\d+: database\.(max_)?storage_gib: "):
        load(declared(tmp_path, database))


@pytest.mark.parametrize("database", ["{storage_gib: 600, max_storage_gib: 660}", "{storage_gib: 454}", "{}"])
def test_storage_with_room_to_grow_is_valid(database: str, tmp_path: Path) -> None:
    assert load(declared(tmp_path, database))
