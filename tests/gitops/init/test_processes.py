"""What of Procfiles and Compose files becomes a service, and why the rest does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops.init.processes import Processes, read_processes
from tests.gitops.init.applications import PLAIN, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def processes(root: Path, files: Mapping[str, str]) -> Processes:
    return read_processes(write(root, {**PLAIN, **files}))


def others(root: Path, files: Mapping[str, str]) -> dict[str, str]:
    return {name: written.value for name, written in processes(root, files).others.items()}


def compose(services: str) -> dict[str, str]:
    return {"compose.yaml": f"services:\n{services}"}


BUILT = """\
  web:
    build: .
    command: gunicorn shop.wsgi --bind=0.0.0.0:9000
  Imports_Worker:
    build: {context: ./}
    command: ["celery", "-A", "shop", "worker", "-Q", "imports"]
  db:
    image: postgres:17
    command: postgres -c shared_buffers=1GB
"""


def test_services_that_are_built_from_the_source_run_in_environments(tmp_path: Path) -> None:
    found = processes(tmp_path, compose(BUILT))

    assert {name: (written.value, written.place) for name, written in found.others.items()} == {
        "imports-worker": ("celery -A shop worker -Q imports", "compose.yaml:5")
    }
    assert found.composed_web is not None
    assert (found.composed_web.value, found.composed_web.place) == (
        "gunicorn shop.wsgi --bind=0.0.0.0:9000",
        "compose.yaml:2",
    )
    assert found.left_out == []


@pytest.mark.parametrize(
    "service",
    [
        "{build: ., command: uvicorn shop.asgi --host=0.0.0.0 --reload}",
        "{build: ., command: watchfiles 'gunicorn shop.wsgi'}",
        "{build: ., entrypoint: [/dev.sh], command: gunicorn shop.wsgi}",
        "{build: ., command: sh -c 'wait-for-it db:5432 && gunicorn shop.wsgi'}",
    ],
)
def test_a_web_server_for_development_or_for_its_file_alone_is_not_taken(tmp_path: Path, service: str) -> None:
    found = processes(tmp_path, compose(f"  db: {{image: postgres}}\n  web: {service}\n"))

    assert found.composed_web is None


def test_every_process_of_a_procfile_runs_in_environments(tmp_path: Path) -> None:
    procfile = (
        "release: python manage.py migrate\nweb: gunicorn shop.wsgi\nworker-beat: celery -A shop beat\n"
        "high: python manage.py rqworker high\nclock: bin/clock\n"
    )

    assert others(tmp_path, {"Procfile": procfile, **compose(BUILT)}) == {
        "worker-beat": "celery -A shop beat",
        "high": "python manage.py rqworker high",
        "clock": "bin/clock",
    }


def test_a_procfile_with_a_web_server_alone_leaves_workers_to_compose(tmp_path: Path) -> None:
    assert list(others(tmp_path, {"Procfile": "web: gunicorn shop.wsgi\n", **compose(BUILT)})) == ["imports-worker"]


def test_a_service_that_runs_the_image_of_another_is_the_application_too(tmp_path: Path) -> None:
    services = (
        "  web: {build: ., image: shop, command: gunicorn shop.wsgi}\n  tasks: {image: shop, command: celery worker}\n"
    )

    assert others(tmp_path, compose(services)) == {"tasks": "celery worker"}


def test_fields_that_services_share_count(tmp_path: Path) -> None:
    text = "x-app: &app\n  build: .\nservices:\n  tasks:\n    <<: *app\n    command: python manage.py qcluster\n"
    found = processes(tmp_path, {"docker-compose.yml": text}).others

    assert (found["tasks"].value, found["tasks"].place) == ("python manage.py qcluster", "docker-compose.yml:4")


def test_a_file_of_production_changes_what_the_other_says(tmp_path: Path) -> None:
    files = {
        **compose("  tasks: {build: ., command: watchmedo auto-restart -- celery -A shop worker}\n"),
        "compose.prod.yaml": "services:\n  tasks:\n    command: celery -A shop worker --concurrency=4\n",
    }

    assert others(tmp_path, files) == {"tasks": "celery -A shop worker --concurrency=4"}


def test_a_file_above_the_source_or_in_its_folder_docker_is_read(tmp_path: Path) -> None:
    above = "services:\n  tasks: {build: ./shop, command: celery worker}\n  js: {build: ./js, command: python x.py}\n"
    (tmp_path / "docker-compose.prod.yml").write_text(above)
    below = "services: {jobs: {build: {context: .., dockerfile: docker/Dockerfile}, command: python jobs.py}}\n"

    found = processes(tmp_path / "shop", {})
    assert {name: written.place for name, written in found.others.items()} == {"tasks": "../docker-compose.prod.yml:2"}
    assert others(tmp_path / "shop", {"docker/compose.yml": below}) == {"jobs": "python jobs.py"}


def test_a_project_in_a_folder_of_what_is_built_has_the_services_above_it(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  tasks: {build: ., command: celery worker}\n")

    assert others(tmp_path / "src", {}) == {"tasks": "celery worker"}


@pytest.mark.parametrize(
    "service",
    [
        "{build: ., command: python manage.py runserver 0.0.0.0:8000}",
        "{build: ., command: watchfiles 'celery -A shop worker'}",
        "{build: ., command: 'python -m debugpy manage.py rqworker'}",
        "{build: ., command: uvicorn shop.asgi --reload}",
        "{build: ., command: python manage.py migrate, restart: 'no'}",
        "{build: .}",
        "{build: ./frontend, command: python serve.py}",
        "{build: 'https://github.com/acme/shop.git', command: python manage.py rqworker}",
        "{image: acme/other, command: python manage.py rqworker}",
    ],
)
def test_what_serves_development_runs_once_or_is_another_program_is_no_service(tmp_path: Path, service: str) -> None:
    found = processes(tmp_path, compose(f"  tasks: {service}\n"))

    assert found.others == {}
    assert found.left_out == []


def test_a_service_whose_end_others_await_runs_once(tmp_path: Path) -> None:
    services = (
        "  setup: {build: ., command: python manage.py migrate}\n"
        "  tasks: {build: ., command: celery worker,"
        " depends_on: {setup: {condition: service_completed_successfully}}}\n"
    )

    assert others(tmp_path, compose(services)) == {"tasks": "celery worker"}


@pytest.mark.parametrize(
    ("service", "reason"),
    [
        ("{build: ., command: celery -A shop flower}", "serves HTTP; if environments need it, declare a service"),
        ("{build: ., command: /start-celeryworker}", "runs /start-celeryworker, a script of the image, which is not"),
        ("{build: ., command: yarn build --watch}", "starts no program of Django or of a task queue that is known"),
        ("{build: ., entrypoint: [/dev.sh], command: celery worker}", "replaces the image's entry point"),
        ("{build: ., command: sh -c 'wait-for-it db:5432 && celery worker'}", "connects to db, a service of its file"),
        ("{build: ., command: 'celery worker -c ${WORKERS}'}", "reads WORKERS, which Compose replaces"),
    ],
)
def test_a_process_that_is_left_out_is_said_with_the_reason(tmp_path: Path, service: str, reason: str) -> None:
    found = processes(tmp_path, compose(f"  db: {{image: postgres}}\n  tasks: {service}\n"))

    assert found.others == {}
    (line,) = found.left_out
    assert line.startswith(f"compose.yaml:3: tasks: {reason}")


@pytest.mark.parametrize("command", ["celery worker -c ${WORKERS:-4}", "sh -c 'celery worker -n $${HOSTNAME}'"])
def test_a_variable_with_a_default_or_of_the_container_keeps_no_process_out(tmp_path: Path, command: str) -> None:
    assert list(others(tmp_path, compose(f"  tasks: {{build: ., command: {command!r}}}\n"))) == ["tasks"]


def test_names_that_services_cannot_have_are_said(tmp_path: Path) -> None:
    procfile = (
        "cache: python manage.py rqworker\n1st: python manage.py rqworker\na_b: celery worker\na-b: celery beat\n"
    )
    found = processes(tmp_path, {"Procfile": procfile})

    assert list(found.others) == ["a-b"]
    assert [line.partition(": its name is taken")[0] for line in found.left_out] == [
        "Procfile:1: cache",
        "Procfile:2: 1st",
        "Procfile:4: a-b",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "services: [",
        "services: !reset {web: {}}",
        "services: [web]",
        "- web",
        "",
        "services: {web: null}",
        "services: {web: {build: {context: [1]}, command: 7}}",
        "services: {web: {build: 1, depends_on: [db]}}",
        "services: {web: {build: .. , command: celery worker, depends_on: 3}}",
        "\x00",
    ],
)
def test_a_file_that_is_not_compose_s_proposes_nothing(tmp_path: Path, text: str) -> None:
    assert processes(tmp_path, {"compose.yaml": text}).others == {}
