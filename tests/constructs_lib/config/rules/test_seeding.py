"""Seeds when only a part of the declarations is read; the other cases are in tests/fixtures/environments."""

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.config.environments import load, read
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.naming import EnvironmentName

Write = Callable[..., Path]

ALPHA = EnvironmentName("dev", "alpha")


def seeded(name: str) -> str:
    return f"kind: ad-hoc-app\nexpires: 2026-12-01\ndatabase: {{seed_from: {name}}}\n"


def test_a_seed_that_was_not_read_is_not_missed(write: Write) -> None:
    folder = write({"dev/alpha.yaml": seeded("nothing")})

    assert load(folder, only=[ALPHA]).warnings == ()
    assert "dev/nothing is not declared" in str(load(folder).warnings)


def test_a_seed_that_is_gone_is_an_error_only_where_the_database_is_about_to_be_made(write: Write) -> None:
    folder = write({"dev/alpha.yaml": seeded("nothing")})

    (warning,) = load(folder).warnings
    assert str(warning) == (
        "environments/dev/alpha.yaml:3:23: warning: database.seed_from: the environment dev/nothing is not declared, "
        "which matters until dev/alpha has a database; then remove this line"
    )
    with pytest.raises(DeclarationError, match=r"dev/nothing is not declared$"):
        load(folder, new=[ALPHA])


def test_itself_is_refused_however_little_was_read(write: Write) -> None:
    with pytest.raises(DeclarationError, match="alpha is this environment itself"):
        load(write({"dev/alpha.yaml": seeded("alpha")}), only=[ALPHA])


def test_a_seed_with_errors_of_its_own_is_there(write: Write) -> None:
    folder = write({"dev/alpha.yaml": seeded("beta"), "dev/beta.yaml": "kind: ad-hoc-app\n"})

    with pytest.raises(DeclarationError) as refusal:
        load(folder)

    assert "seed_from" not in str(refusal.value)


def test_a_seed_on_another_base_is_not_there(write: Write) -> None:
    base = write().joinpath("dev", "base.yaml").read_text()
    other = base.replace("dev.example.com", "qa.example.com").replace("10.20", "10.30").replace("Z0123", "Z9123")
    folder = write({"dev/alpha.yaml": seeded("beta"), "qa/base.yaml": other, "qa/beta.yaml": "kind: ad-hoc-app\n"})

    assert "dev/beta is not declared" in str(read(folder).warnings)
