"""`gitops local image`: which folders stand for images, and their virtual environments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gitops.checkouts import CommandLine


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """An application whose packages are a folder beside it, so that nothing is downloaded."""
    folder = tmp_path / "source" / "shop"
    (folder / "own").mkdir(parents=True)
    (folder / "own" / "pyproject.toml").write_text(
        '[project]\nname = "own"\nversion = "1"\n'
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (folder / "own" / "backend.py").write_text(BACKEND)
    (folder / "requirements.txt").write_text("./own\n")
    return folder


BACKEND = """\
import pathlib, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "own-1-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder) / name, "w") as wheel:
        wheel.writestr("own.py", "VALUE = 1\\n")
        wheel.writestr("own-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: own\\nVersion: 1\\n")
        wheel.writestr("own-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("own-1.dist-info/RECORD", "")
    return name
"""
"""Builds a wheel with the standard library alone."""


def rows(checkout: CommandLine) -> dict[str, Any]:
    file = checkout.root / ".gitops" / "images.json"
    return dict(json.loads(file.read_text())) if file.exists() else {}


def environment(source: Path) -> Path:
    """Give a folder a virtual environment of its own."""
    python = source / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    return python


def test_a_folder_is_mapped_listed_and_removed(bare_checkout: CommandLine, source: Path) -> None:
    bare_checkout.account("123456789012")
    environment(source)

    unmapped = bare_checkout.gitops("local", "image")
    mapped = bare_checkout.gitops("local", "image", "microblog", str(source))
    listed = bare_checkout.gitops("local", "image")
    removed = bare_checkout.gitops("local", "image", "--remove", "microblog")
    again = bare_checkout.gitops("local", "image", "--remove", "microblog")

    assert (unmapped.returncode, unmapped.stdout) == (0, "")
    assert "gitops local image NAME FOLDER" in unmapped.stderr
    assert mapped.returncode == 0, mapped.stderr
    assert f"with the packages of {source / '.venv'}" in mapped.stderr
    assert "no account declares" not in mapped.stderr
    assert listed.stdout == f"microblog\t{source}\n"
    assert (removed.returncode, rows(bare_checkout)) == (0, {})
    assert again.returncode == 1
    assert "no folder stands for the image microblog" in again.stderr


def test_packages_are_installed_where_the_folder_has_no_environment(bare_checkout: CommandLine, source: Path) -> None:
    mapped = bare_checkout.gitops("local", "image", "shop", str(source), UV_OFFLINE="1")

    assert mapped.returncode == 0, mapped.stderr
    assert "installing the packages of requirements.txt" in mapped.stderr
    assert list(source.glob(".venv/lib/*/site-packages/own.py"))
    assert rows(bare_checkout) == {"shop": str(source)}
    assert (
        "with the packages of requirements.txt"
        in bare_checkout.gitops("local", "image", "shop", str(source), UV_OFFLINE="1").stderr
    )


def test_packages_that_cannot_be_installed_leave_nothing(bare_checkout: CommandLine, source: Path) -> None:
    (source / "requirements.txt").write_text("./absent\n")

    failed = bare_checkout.gitops("local", "image", "shop", str(source), UV_OFFLINE="1")

    assert failed.returncode == 1
    assert f"the packages of {source / 'requirements.txt'} cannot be installed:" in failed.stderr
    assert "absent" in failed.stderr
    assert f"make the virtual environment {source / '.venv'} yourself" in failed.stderr
    assert not (source / ".venv").exists()
    assert rows(bare_checkout) == {}


def test_an_environment_that_was_not_finished_is_made_again(bare_checkout: CommandLine, source: Path) -> None:
    environment(source)
    (source / ".venv" / ".made-by-gitops").write_text("unfinished\n")

    mapped = bare_checkout.gitops("local", "image", "shop", str(source), UV_OFFLINE="1")

    assert mapped.returncode == 0, mapped.stderr
    assert list(source.glob(".venv/lib/*/site-packages/own.py"))


def test_a_folder_without_packages_is_refused(bare_checkout: CommandLine, source: Path) -> None:
    (source / "requirements.txt").unlink()

    refused = bare_checkout.gitops("local", "image", "shop", str(source))

    assert refused.returncode == 1
    assert "has neither a virtual environment .venv nor a list of packages (uv.lock, requirements.txt" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Shop", "."], "'Shop' is not the name of an image repository"),
        (["shop", "absent"], "absent is not a folder"),
        (["shop", "."], "contains this repository"),
        (["shop"], "which folder stands for shop?"),
        (["--remove"], "--remove takes the name of an image and no folder"),
        (["--remove", "shop", "."], "--remove takes the name of an image and no folder"),
    ],
)
def test_wrong_arguments_change_nothing(bare_checkout: CommandLine, arguments: list[str], message: str) -> None:
    refused = bare_checkout.gitops("local", "image", *arguments)

    assert refused.returncode == 1
    assert message in refused.stderr
    assert rows(bare_checkout) == {}


def test_what_a_user_has_to_know_is_said(bare_checkout: CommandLine, source: Path) -> None:
    bare_checkout.account("123456789012")
    environment(source)
    (source / "Dockerfile").write_text("FROM python\nRUN python manage.py collectstatic --no-input\n")

    mapped = bare_checkout.gitops("local", "image", "mikroblog", str(source))

    assert "no account declares the repository mikroblog; did you mean microblog?" in mapped.stderr
    assert f"run `manage.py collectstatic` in {source}" in mapped.stderr
    source.rename(source.with_name("moved"))
    listed = bare_checkout.gitops("local", "image")
    assert f"{source} does not exist: tasks of mikroblog are simulated" in listed.stderr


def test_a_dockerfile_elsewhere_is_found_or_named(bare_checkout: CommandLine, source: Path) -> None:
    environment(source)
    for place in ("compose/production/django", "docker"):
        (source / place).mkdir(parents=True)
        (source / place / "Dockerfile").write_text("RUN manage.py collectstatic\n")

    found = bare_checkout.gitops("local", "image", "shop", str(source))
    mapped = rows(bare_checkout)
    named = bare_checkout.gitops("local", "image", "shop", str(source), "--dockerfile", "docker/Dockerfile")
    absent = bare_checkout.gitops("local", "image", "shop", str(source), "--dockerfile", "../Dockerfile")
    listed = bare_checkout.gitops("local", "image")

    where = "compose/production/django/Dockerfile"
    assert mapped == {"shop": {"folder": str(source), "dockerfile": where}}
    assert f"as its {where} says" in found.stderr
    assert "manage.py collectstatic" in found.stderr
    assert named.returncode == 0, named.stderr
    assert rows(bare_checkout)["shop"] == {"folder": str(source), "dockerfile": "docker/Dockerfile"}
    assert absent.returncode == 1
    assert "has no file ../Dockerfile" in absent.stderr
    assert f"shop\t{source}" in listed.stdout


def test_a_damaged_file_is_named(bare_checkout: CommandLine) -> None:
    file = bare_checkout.root / ".gitops" / "images.json"
    file.write_text("[]")

    refused = bare_checkout.gitops("local", "image")

    assert refused.returncode == 1
    assert f"{file} is not a JSON object of images and folders" in refused.stderr


def test_the_folders_outlive_the_embedded_aws(bare_checkout: CommandLine, source: Path) -> None:
    bare_checkout.account("123456789012")
    environment(source)
    try:
        started = bare_checkout.gitops("local", "up")
        mapped = bare_checkout.gitops("local", "image", "microblog", str(source))
        status = bare_checkout.gitops("local", "status")
    finally:
        bare_checkout.gitops("local", "down")

    assert "to run an application: gitops local image REPOSITORY FOLDER" in started.stderr
    assert "next: gitops bootstrap main, gitops local prepare, gitops deploy --all" in started.stderr
    assert mapped.returncode == 0, mapped.stderr
    assert "tasks of these images run as processes: microblog, postgres, valkey" in status.stderr
    assert rows(bare_checkout) == {"microblog": str(source)}
    (source / ".venv" / "bin" / "python").unlink()
    (source / "requirements.txt").unlink()
    refused = bare_checkout.gitops("local", "up")
    assert refused.returncode == 1
    assert "To do without its folder: gitops local image --remove microblog" in refused.stderr
