"""How an image is run, by its Dockerfile."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from local_aws.runtime.dockerfile import ImageConfig, read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in ("src/shop", "compose/start"):
        (tmp_path / path).mkdir(parents=True)
    (tmp_path / "compose/start/entry.sh").touch()
    return tmp_path


def config(folder: Path, text: str) -> ImageConfig:
    (folder / "Dockerfile").write_text(text)
    return read(folder)


def test_a_folder_without_a_dockerfile_says_nothing(folder: Path) -> None:
    assert read(folder) == ImageConfig()


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ('CMD ["gunicorn", "shop.wsgi"]', ["gunicorn", "shop.wsgi"]),
        ("CMD gunicorn shop.wsgi --bind 0.0.0.0:$PORT", ["/bin/sh", "-c", "gunicorn shop.wsgi --bind 0.0.0.0:$PORT"]),
        ('SHELL ["/bin/bash", "-lc"]\nCMD gunicorn', ["/bin/bash", "-lc", "gunicorn"]),
        ('ENTRYPOINT ["/entry"]\nCMD ["web"]', ["/entry", "web"]),
        ('CMD ["web"]\nENTRYPOINT ["/entry"]', ["/entry", "web"]),
        ('CMD ["old"]\nFROM base\nENTRYPOINT ["/entry"]', ["/entry"]),
        ('CMD ["old"]\nFROM base\nRUN make', ["old"]),
        ('CMD ["old"]\nFROM python AS other\nRUN make', []),
        ('CMD ["gunicorn", \\\n  # the settings\n\n  "shop.wsgi"]', ["gunicorn", "shop.wsgi"]),
        ('RUN <<EOF\nCMD ["not", "this"]\nEOF\nCMD ["this"]', ["this"]),
    ],
)
def test_command(folder: Path, text: str, whole: list[str]) -> None:
    found = config(folder, f"FROM python:3.13 AS base\n{text}\n")

    assert [*found.entrypoint, *found.command] == whole


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("ENV A=1 B='2 3' \\\n  C=\"4 5\"", {"A": "1", "B": "2 3", "C": "4 5"}),
        ("ENV A the rest", {"A": "the rest"}),
        (
            "ENV A=\"x y\"\nENV B=$A C=${A}! D='$A' E=${NO:-other} F=${A:+set}",
            {"A": "x y", "B": "x y", "C": "x y!", "D": "$A", "E": "other", "F": "set"},
        ),
        ("ARG V=v1\nARG NONE\nENV V2=$V N=$NONE", {"V2": "v1", "N": ""}),
        ("ENV A=1\nFROM base\nENV B=2", {"A": "1", "B": "2"}),
        ("ENV A=1\nFROM python\nENV B=2", {"B": "2"}),
    ],
)
def test_variables(folder: Path, text: str, variables: dict[str, str]) -> None:
    assert config(folder, f"FROM python:3.13 AS base\n{text}\n").environment == variables


def test_stages_are_found_by_an_argument_before_them(folder: Path) -> None:
    text = 'ARG BASE=first\nFROM python AS first\nCMD ["one"]\nFROM $BASE\n'

    assert config(folder, text).command == ("one",)


@pytest.mark.parametrize(
    ("text", "path", "place"),
    [
        ("WORKDIR /app\nCOPY . .", "/app", "."),
        ("WORKDIR /app\nCOPY . .", "/app/src", "src"),
        ("COPY --chown=app . /code/\nWORKDIR /code/src", "/code/src/shop", "src/shop"),
        ("COPY src /app", "/app/shop", "src/shop"),
        ("WORKDIR /app\nCOPY src src\nCOPY compose/start/entry.sh /entry", "/entry", "compose/start/entry.sh"),
        ("WORKDIR /app\nCOPY compose/start/entry.sh ./", "/app/entry.sh", "compose/start/entry.sh"),
        ("WORKDIR /app\nCOPY src compose/start/entry.sh /x/", "/x/entry.sh", "compose/start/entry.sh"),
        ("COPY --from=build src /app", "/app", None),
        ("COPY ../src /app", "/app", None),
        ("COPY absent /app", "/app", None),
    ],
)
def test_places_of_files(folder: Path, text: str, path: str, place: str | None) -> None:
    found = config(folder, f"FROM python\n{text}\n").place(PurePosixPath(path))

    assert (str(found) if found is not None else None) == place


def test_paths_of_the_image_lead_to_the_folder(folder: Path) -> None:
    found = config(folder, "FROM python\nWORKDIR /app\nCOPY . /app\nCOPY compose/start/entry.sh /entry\n")

    assert found.in_folder("/entry", folder) == f"{folder}/compose/start/entry.sh"
    assert found.in_folder("--path=/app/src:/app/absent", folder) == f"--path={folder}/src:/app/absent"
    assert found.in_folder("http://localhost/app/src /usr/bin/env", folder) == "http://localhost/app/src /usr/bin/env"
