"""Task definitions that are too large."""

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError

Write = Callable[..., Path]

APP = "kind: ad-hoc-app\nexpires: 2026-12-01\n"


def variables(count: int, *, indent: str = "  ") -> str:
    """Return `count` variables of 4,096 bytes each."""
    return "".join(f"{indent}V{number}: {'x' * 4096}\n" for number in range(count))


def test_variables_of_an_app_fit_a_task_definition(write: Write) -> None:
    assert load(write({"dev/alpha.yaml": f"{APP}environment:\n{variables(14)}"}))
    with pytest.raises(
        DeclarationError, match=r"alpha\.yaml:4:3: environment: variables, secrets and commands of a task"
    ):
        load(write({"dev/alpha.yaml": f"{APP}environment:\n{variables(15)}"}))


def test_those_of_a_service_come_on_top(write: Write) -> None:
    app = f"{APP}environment:\n{variables(8)}services:\n  web:\n    environment:\n"
    more = "".join(f"      W{number}: {'x' * 4096}\n" for number in range(7))

    with pytest.raises(
        DeclarationError, match=r"services\.web\.environment: variables, secrets and commands .* at most"
    ):
        load(write({"dev/alpha.yaml": app + more}))


def test_defaults_of_the_base_count(write: Write) -> None:
    base = (write() / "dev/base.yaml").read_text() + f"  environment:\n{variables(8, indent='    ')}"
    own = "".join(f"  W{number}: {'x' * 4096}\n" for number in range(7))

    with pytest.raises(DeclarationError, match=r"alpha\.yaml:4:3: environment: variables"):
        load(write({"dev/base.yaml": base, "dev/alpha.yaml": f"{APP}environment:\n{own}"}))


def test_bytes_count_and_not_characters(write: Write) -> None:
    lines = "".join(f"  V{number}: {'ü' * 4096}\n" for number in range(7))

    assert load(write({"dev/alpha.yaml": f"{APP}environment:\n{lines}"}))
    with pytest.raises(DeclarationError, match="at most"):
        load(write({"dev/alpha.yaml": f"{APP}environment:\n{lines}  W: {'ü' * 4000}\n"}))
