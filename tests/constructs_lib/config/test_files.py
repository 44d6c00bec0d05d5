"""Trees that cannot be kept as fixtures, and loading a part of a tree."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.naming import EnvironmentName

Write = Callable[..., Path]


def refusal(folder: Path, *only: str) -> list[str]:
    names = [EnvironmentName(*name.split("/")) for name in only] or None
    with pytest.raises(DeclarationError) as error:
        load(folder, only=names)
    return str(error.value).splitlines()


def test_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere") == ["nowhere:1:1: is not a folder; it should hold the declarations"]


def test_relative_folder_is_shown_as_it_was_given(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write({"dev/alpha.yaml": ""})
    monkeypatch.chdir(folder.parent.parent)

    (message,) = refusal(folder.relative_to(folder.parent.parent))
    assert message.startswith(f"{folder.parent.name}/environments/dev/alpha.yaml:1:1: ")


@pytest.mark.parametrize("only", [(), ("dev/beta",)])
def test_symlink_out_of_the_folder_is_refused(write: Write, tmp_path: Path, only: tuple[str, ...]) -> None:
    folder = write()
    outside = tmp_path / "outside.yaml"
    outside.write_text("kind: ad-hoc-app\nexpires: 2026-12-01\n")
    (folder / "dev" / "beta.yaml").symlink_to(outside)

    assert refusal(folder, *only) == [
        "environments/dev/beta.yaml:1:1: is a symbolic link out of the folder of declarations; remove it"
    ]


@pytest.mark.parametrize("only", [(), ("qa/alpha",)])
def test_symlinked_folder_outside_is_refused(write: Write, tmp_path: Path, only: tuple[str, ...]) -> None:
    folder = write()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "alpha.yaml").write_text("kind: ad-hoc-app\n")
    (folder / "qa").symlink_to(tmp_path / "outside")

    (message,) = refusal(folder, *only)
    assert message.endswith("is a symbolic link out of the folder of declarations; remove it")


@pytest.mark.parametrize("only", [(), ("dev/beta",)])
def test_symlinks_that_lead_nowhere_or_to_themselves_are_refused(
    write: Write, only: tuple[str, ...], tmp_path: Path
) -> None:
    folder = write()
    (folder / "dev" / "beta.yaml").symlink_to("beta.yaml")

    assert refusal(folder, *only) == [
        "environments/dev/beta.yaml:1:1: is a symbolic link that leads nowhere; remove it"
    ]
    (folder / "dev" / "beta.yaml").unlink()
    (folder / "dev" / "beta.yaml").symlink_to(tmp_path / "nowhere")
    assert refusal(folder, *only) == [
        "environments/dev/beta.yaml:1:1: is a symbolic link that leads nowhere; remove it"
    ]


def test_symlink_inside_the_folder_is_followed(write: Write) -> None:
    folder = write()
    (folder / "dev" / "beta.yaml").symlink_to("alpha.yaml")

    assert EnvironmentName("dev", "beta") in load(folder)


def test_names_that_differ_in_case_are_refused(write: Write) -> None:
    folder = write()
    try:
        (folder / "dev" / "Alpha.yaml").open("x").close()
    except FileExistsError:
        pytest.skip("this disk does not tell Alpha.yaml from alpha.yaml")

    differs = "differs from Alpha.yaml only in capitals; many disks cannot hold both: rename one"
    assert f"environments/dev/alpha.yaml:1:1: {differs}" in refusal(folder)


def test_odd_file_names_are_printed_on_one_line(write: Write) -> None:
    folder = write()
    (folder / "dev" / "two\nlines.yaml").touch()
    Path(os.fsdecode(os.fsencode(folder / "dev") + b"/\xff.yaml")).touch()

    lines = refusal(folder)
    assert [line.split(": ")[0] for line in lines] == [
        r"environments/dev/\udcff.yaml:1:1",
        r"environments/dev/two\nlines.yaml:1:1",
    ]


def test_pipe_among_the_declarations_does_not_hang(write: Write) -> None:
    folder = write()
    os.mkfifo(folder / "dev" / "beta.yaml")

    assert refusal(folder) == ["environments/dev/beta.yaml:1:1: is not a regular file"]


def test_an_error_in_another_file_does_not_stop_a_part(write: Write) -> None:
    folder = write({"dev/beta.yaml": "[", "qa/base.yaml": "kind: x\n", "accounts/other.yaml": "", "stray.txt": ""})

    loaded = load(folder, only=[EnvironmentName("dev", "alpha")])
    assert [str(environment.name) for environment in loaded] == ["accounts/main", "dev/base", "dev/alpha"]
    assert list(loaded.accounts) == ["main"]


@pytest.mark.parametrize("broken", ["dev/base.yaml", "accounts/main.yaml"])
def test_an_error_in_what_a_part_stands_on_stops_it(write: Write, broken: str) -> None:
    folder = write({broken: ""})

    assert refusal(folder, "dev/alpha") == [f"environments/{broken}:1:1: is empty; say what it declares with `kind: …`"]


def test_a_part_that_does_not_exist_is_refused(write: Write) -> None:
    assert refusal(write(), "dev/gamma") == [
        "environments/dev/gamma.yaml:1:1: does not exist, so dev/gamma is not declared"
    ]


def test_a_part_whose_base_does_not_exist_is_refused(write: Write) -> None:
    folder = write({"dev/base.yaml": None})

    (message,) = refusal(folder, "dev/alpha")
    assert "has no base: dev/base.yaml does not exist" in message
