"""Which Dockerfile builds the image of an application."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from gitops.errors import UserError
from gitops.image_folders.dockerfiles import find

PYTHON = "FROM python:3.13\nRUN pip install --requirement requirements.txt\n"
PROXY = "FROM nginx:1.30\n"


def found(folder: Path, *dockerfiles: str, compose: str = "", production: str = "") -> PurePosixPath | None:
    for path in dockerfiles:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(PROXY if "nginx" in path else PYTHON)
    (folder / "compose.yaml").write_text(compose)
    (folder / "compose.prod.yaml").write_text(production)
    return find(folder)


def built_by(*dockerfiles: str) -> str:
    services = "".join(f"  s{i}: {{build: {{context: ., dockerfile: {path}}}}}\n" for i, path in enumerate(dockerfiles))
    return f"services:\n{services}"


def test_the_usual_places_are_looked_at_in_order(tmp_path: Path) -> None:
    assert find(tmp_path) is None
    assert found(tmp_path, "docker/Dockerfile") == PurePosixPath("docker/Dockerfile")
    assert found(tmp_path, "compose/production/django/Dockerfile") == PurePosixPath(
        "compose/production/django/Dockerfile"
    )
    assert found(tmp_path, "Dockerfile") == PurePosixPath("Dockerfile")


def test_what_compose_builds_for_production_comes_first(tmp_path: Path) -> None:
    production = built_by("nginx.Dockerfile", "Dockerfile.prod")

    assert found(tmp_path, "Dockerfile", "Dockerfile.prod", "nginx.Dockerfile", production=production) == PurePosixPath(
        "Dockerfile.prod"
    )


def test_what_compose_builds_otherwise_comes_last(tmp_path: Path) -> None:
    compose = built_by("app.Dockerfile")

    assert found(tmp_path, "app.Dockerfile", compose=compose) == PurePosixPath("app.Dockerfile")
    assert found(tmp_path, "Dockerfile", compose=compose) == PurePosixPath("Dockerfile")


@pytest.mark.parametrize("path", ["missing.Dockerfile", "../Dockerfile", "/etc/passwd"])
def test_a_dockerfile_that_is_not_below_the_source_is_not_taken(tmp_path: Path, path: str) -> None:
    (tmp_path / "Dockerfile").write_text(PYTHON)
    source = tmp_path / "source"
    source.mkdir()

    assert found(source, compose=built_by(path)) is None
    with pytest.raises(UserError, match="has no file"):
        find(source, path)
