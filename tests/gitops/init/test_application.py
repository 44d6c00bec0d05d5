"""What is read from an application's source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gitops.errors import UserError
from gitops.init.application import inspect
from tests.gitops.init.applications import CELERY, HEROKU, PLAIN, SCRIPTED, SETTINGS, WSGI, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def found(root: Path, files: Mapping[str, str], **answers: str) -> dict[str, tuple[Any, str]]:
    """Return the proposals for an application: field, value and what it was read from."""
    proposals = inspect(write(root, files), answers).proposals
    return {proposal.field: (proposal.value, proposal.source) for proposal in proposals}


def test_a_new_project_has_a_web_service(tmp_path: Path) -> None:
    assert found(tmp_path, PLAIN) == {
        "settings_module": ("shop.settings", "shop/wsgi.py:3"),
        "release_command": (["python", "manage.py", "migrate", "--no-input"], "manage.py"),
        "services.web.command": (
            ["gunicorn", "shop.wsgi", "--bind=0.0.0.0:8000", "--graceful-timeout=30"],
            "shop/wsgi.py, gunicorn in requirements.txt",
        ),
        "services.web.port": (8000, "shop/wsgi.py, gunicorn in requirements.txt"),
        "services.web.paths": (["/*"], "every path"),
        "services.web.health_check_path": ("/", "no path of a health check was found"),
        "services.web.health_check_codes": ("200,302", "the first page may redirect to a sign-in"),
    }


@pytest.mark.parametrize("answers", [{"health_check_path": "/"}, {}])
def test_where_a_path_is_known_a_redirect_is_not_healthy(tmp_path: Path, answers: dict[str, str]) -> None:
    urls = 'urlpatterns = [path("health/", view)]\n'

    assert "services.web.health_check_codes" not in found(tmp_path, {**PLAIN, "shop/urls.py": urls}, **answers)


def test_processes_of_a_procfile_are_services(tmp_path: Path) -> None:
    proposals = found(tmp_path, HEROKU)

    assert proposals["services.web.command"] == (["gunicorn", "shop.wsgi", "--bind", "0.0.0.0:8000"], "Procfile:2")
    assert proposals["services.worker.command"] == (["celery", "-A", "shop", "worker"], "Procfile:3")
    release = ["sh", "-c", "python manage.py migrate && python manage.py loadcities"]
    assert proposals["release_command"] == (release, "Procfile:1")
    assert "services.beat.command" not in proposals


def test_the_last_stage_of_a_dockerfile_counts(tmp_path: Path) -> None:
    proposals = found(tmp_path, CELERY)

    assert proposals["settings_module"] == ("shop.settings.production", "Dockerfile:4")
    assert proposals["services.web.command"] == (["gunicorn", "shop.wsgi", "--bind=0.0.0.0:9000"], "Dockerfile:8")
    assert proposals["services.web.port"] == (9000, "Dockerfile:8")
    assert proposals["services.web.health_check_path"] == ("/well/", "Dockerfile:7")


def test_celery_has_a_worker_and_with_a_schedule_one_beat(tmp_path: Path) -> None:
    proposals = found(tmp_path, CELERY)

    worker = ["celery", "--app=shop.celery", "worker", "--loglevel=info"]
    assert proposals["services.worker.command"] == (worker, "shop/celery.py:3")
    assert proposals["services.beat.singleton"][0] is True
    beat, source = proposals["services.beat.command"]
    assert "--schedule=/dev/shm/celerybeat-schedule" in beat
    assert source == "shop/celery.py: its schedule"


def test_a_schedule_in_the_database_needs_no_file(tmp_path: Path) -> None:
    celery = 'from celery import Celery\napp = Celery("shop")\n'
    pyproject = '[project]\ndependencies = ["django_celery_beat>=2", "gunicorn"]\n'
    beat, source = found(tmp_path, {**PLAIN, "shop/celery.py": celery, "pyproject.toml": pyproject})[
        "services.beat.command"
    ]

    assert beat[-1] == "--scheduler=django_celery_beat.schedulers:DatabaseScheduler"
    assert source == "pyproject.toml"


def test_without_a_schedule_there_is_no_beat(tmp_path: Path) -> None:
    proposals = found(tmp_path, {**PLAIN, "shop/celery.py": 'from celery import Celery\napp = Celery("shop")\n'})

    assert "services.worker.command" in proposals
    assert "services.beat.command" not in proposals


def test_a_command_of_the_application_releases(tmp_path: Path) -> None:
    assert found(tmp_path, CELERY)["release_command"] == (
        ["python", "manage.py", "pre_update"],
        "shop/core/management/commands/pre_update.py",
    )


def test_production_s_settings_come_before_those_of_development(tmp_path: Path) -> None:
    files = {**PLAIN, "shop/wsgi.py": WSGI.replace("shop.settings", "shop.settings.local")}
    settings = {"shop/settings/__init__.py": "", "shop/settings/local.py": "", "shop/settings/production.py": SETTINGS}
    del files["shop/settings.py"]

    assert found(tmp_path, files | settings)["settings_module"] == (
        "shop.settings.production",
        "shop/settings/production.py, beside shop.settings.local",
    )


def test_an_asgi_application_of_uvicorn_is_served_by_it(tmp_path: Path) -> None:
    files = {**PLAIN, "shop/asgi.py": WSGI, "requirements.txt": "uvicorn[standard]\n"}

    command, source = found(tmp_path, files)["services.web.command"]

    assert command == ["uvicorn", "shop.asgi:application", "--host=0.0.0.0", "--port=8000"]
    assert source == "shop/asgi.py, uvicorn in requirements.txt"


@pytest.mark.parametrize(
    ("routes", "path", "line"),
    [
        ('path("sign-up/", view),\n    path("healthz", view),', "/healthz", "shop/urls.py:5"),
        ('path("ht/", include("health_check.urls")),', "/ht/", "shop/urls.py:4"),
        ('re_path(r"^health/$", view),', "/health/", "shop/urls.py:4"),
        ('path("__lbheartbeat__", view),', "/__lbheartbeat__", "shop/urls.py:4"),
        ('path("api/", include("shop.api")),', "/api/health-check/", "shop/api.py:2"),
        ('path("api/", include(("shop.api", "api"))),', "/api/health-check/", "shop/api.py:2"),
        ('path("<slug:up>/ping/", view),', "/", "no path of a health check was found"),
    ],
)
def test_a_health_check_is_found_in_the_urls(tmp_path: Path, routes: str, path: str, line: str) -> None:
    urls = f"from django.urls import include, path, re_path\n\nurlpatterns = [\n    {routes}\n]\n"
    api = 'urlpatterns = [\n    path("health-check/", view),\n]\n'

    assert found(tmp_path, {**PLAIN, "shop/urls.py": urls, "shop/api.py": api})["services.web.health_check_path"] == (
        path,
        line,
    )


def test_a_health_check_before_all_urls_is_found_by_its_text(tmp_path: Path) -> None:
    middleware = 'def answer(request):\n    return request.path == "/api/health-check/"\n'

    assert found(tmp_path, {**PLAIN, "shop/middleware.py": middleware})["services.web.health_check_path"] == (
        "/api/health-check/",
        "shop/middleware.py:2",
    )


@pytest.mark.parametrize("text", ['SITE + "/ping/"', 'f"{SITE}/ping"', 'SITE + f"/{name}/up"'])
def test_a_part_of_a_longer_text_is_no_health_check(tmp_path: Path, text: str) -> None:
    proposals = found(tmp_path, {**PLAIN, "shop/pings.py": f"ADDRESS = {text}\n"})

    assert proposals["services.web.health_check_path"][0] == "/"


def test_urls_that_include_themselves_come_to_an_end(tmp_path: Path) -> None:
    urls = 'urlpatterns = [path("a/", include("shop.urls"))]\n'

    assert found(tmp_path, {**PLAIN, "shop/urls.py": urls})["services.web.health_check_path"][0] == "/"


def test_answers_come_first(tmp_path: Path) -> None:
    proposals = found(tmp_path, CELERY, settings_module="other.settings", health_check_path="/fine")

    assert proposals["settings_module"] == ("other.settings", "your answer")
    assert proposals["services.web.health_check_path"] == ("/fine", "your answer")


def test_nothing_of_the_application_is_run(tmp_path: Path) -> None:
    planted = f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\n"
    files = {path: planted + text if path.endswith(".py") else text for path, text in CELERY.items()}

    assert found(tmp_path, files)["settings_module"]
    assert not (tmp_path / "ran").exists()


def test_a_file_that_is_no_python_counts_as_empty(tmp_path: Path) -> None:
    assert found(tmp_path, {**PLAIN, "shop/python2.py": "print 'health'\n", "shop/nul.py": "\0"})["settings_module"]


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("manage.py", "has no manage.py"),
        ("shop/wsgi.py", "neither wsgi.py, asgi.py nor manage.py names one"),
    ],
)
def test_a_source_that_is_no_project_is_refused(tmp_path: Path, missing: str, message: str) -> None:
    files = {path: "" if path == "manage.py" else text for path, text in PLAIN.items() if path != missing}

    with pytest.raises(UserError, match=message):
        found(tmp_path, files)


def test_a_project_without_a_web_server_is_refused(tmp_path: Path) -> None:
    files = {path: text for path, text in PLAIN.items() if path != "shop/wsgi.py"} | {"shop/settings.py": ""}

    with pytest.raises(UserError, match=r"no web server is named in Procfile or Dockerfile, and there is no wsgi\.py"):
        found(tmp_path, files)


def test_variables_of_other_names_get_what_the_environment_has(tmp_path: Path) -> None:
    proposals = found(tmp_path, SCRIPTED)

    given = {field.removeprefix("environment."): value for field, (value, _) in proposals.items() if "env" in field}
    assert given == {
        "CACHE_URL": "{cache.url}",
        "DATABASE_URL": "{database.url}",
        "DJANGO_ADMIN_URL": "admin/",
        "DJANGO_ALLOWED_HOSTS": "*",
        "DJANGO_AWS_ACCESS_KEY_ID": "",
        "DJANGO_SECRET_KEY": "{secret_key}",
        "POSTGRES_DB": "{database.name}",
    }
    assert proposals["environment.DATABASE_URL"][1] == "config/settings/base.py:7"


def test_variables_that_must_be_there_and_are_not_known_are_named(tmp_path: Path) -> None:
    environment = inspect(write(tmp_path, SCRIPTED), {}).environment

    assert [(variable.name, variable.place) for variable in environment.missing] == [
        ("MAIL_KEY", "config/settings/production.py:8")
    ]


def test_variables_of_the_contract_need_no_declaration(tmp_path: Path) -> None:
    settings = SETTINGS + 'import os\nKEY = os.environ["SECRET_KEY"]\nCACHE = os.environ["REDIS_URL"]\n'
    application = inspect(write(tmp_path, {**PLAIN, "shop/settings.py": settings}), {})

    assert not [one for one in application.proposals if one.field.startswith("environment.")]
    assert application.environment.missing == ()


@pytest.mark.parametrize(
    ("reading", "name", "value"),
    [
        ('os.environ["PGHOST"]', "PGHOST", "{database.host}"),
        ('os.environ.get("DB_USER")', "DB_USER", "{database.username}"),
        ('config("DB_PASSWORD", "none")', "DB_PASSWORD", "{database.password}"),
        ('env.str("SQL_PORT")', "SQL_PORT", "{database.port}"),
        ("dj_database_url.config(conn_max_age=600)", "DATABASE_URL", "{database.url}"),
        ('env("CELERY_BROKER_URL")', "CELERY_BROKER_URL", "{cache.url}"),
        ('env("AWS_STORAGE_BUCKET_NAME")', "AWS_STORAGE_BUCKET_NAME", "{bucket.name}"),
        ('env("POSTGRES_URL")', "POSTGRES_URL", "{database.url}"),
        ('env("SHOP_DBHOST", "localhost")', "SHOP_DBHOST", "{database.host}"),
        ('env("SHOP_SECRET_KEY")', "SHOP_SECRET_KEY", "{secret_key}"),
        ('env("DJANGO_REDIS_URL")', "DJANGO_REDIS_URL", "{cache.url}"),
        ('env("DEBUG")', "DEBUG", "False"),
        ('os.getenv("DB") == "postgres"', "DB", "postgres"),
        ('env("STORE", default="sqlite") in ("sqlite", "postgresql")', "STORE", "postgresql"),
        ('env("SQL_ENGINE", "django.db.backends.sqlite3")', "SQL_ENGINE", "django.db.backends.postgresql"),
        ('"django.db.backends." + env("DB_ENGINE", "sqlite3")', "DB_ENGINE", "postgresql"),
        ('env.bool("SHOP_DEBUG", True)', "SHOP_DEBUG", "False"),
        ('bool(os.environ.get("DEBUG", True))', "DEBUG", ""),
        ('int(os.environ.get("DEBUG", 1))', "DEBUG", "0"),
    ],
)
def test_ways_to_read_a_variable(tmp_path: Path, reading: str, name: str, value: str) -> None:
    proposals = found(tmp_path, {**PLAIN, "shop/settings.py": f"{SETTINGS}VALUE = {reading}\n"})

    assert proposals[f"environment.{name}"][0] == value


@pytest.mark.parametrize(
    ("reading", "name"),
    [
        ('env.bool("DEBUG", False)', "DEBUG"),  # off already, and bool("False") would turn it on
        ('os.getenv("DB_ENGINE")', "DB_ENGINE"),  # which names it knows is not written here
        ('env("CACHE_KIND", "") == "redis"', "CACHE_KIND"),
        ('env("S3_SECRET_KEY", "")', "S3_SECRET_KEY"),
        ('env("OTHER_SECRET_KEY", "")', "OTHER_SECRET_KEY"),
        ('env("AWS_ACCESS_KEY_ID", "")', "AWS_ACCESS_KEY_ID"),
    ],
)
def test_variables_that_are_left_alone(tmp_path: Path, reading: str, name: str) -> None:
    proposals = found(tmp_path, {**PLAIN, "shop/settings.py": f"{SETTINGS}VALUE = {reading}\n"})

    assert f"environment.{name}" not in proposals


def test_variables_without_a_value_are_told_apart(tmp_path: Path) -> None:
    settings = (
        f'{SETTINGS}A = os.environ["NEEDED"]\nif USES_S3:\n    B = os.environ["IN_A_BRANCH"]\n'
        'C = os.getenv("UNSET")\nD = os.getenv("SET", "d")\n'
    )
    environment = inspect(write(tmp_path, {**PLAIN, "shop/settings.py": settings}), {}).environment

    assert [variable.name for variable in environment.missing] == ["NEEDED"]
    assert [variable.name for variable in environment.uncertain] == ["IN_A_BRANCH"]
    assert [variable.name for variable in environment.unset] == ["UNSET"]


@pytest.mark.parametrize(
    ("more", "app"),
    [
        ({}, "shop.tasks"),
        ({"shop/celery.py": 'app = Celery("shop")\napp.autodiscover_tasks()\n'}, "shop.celery"),
        ({"shop/tasks.py": 'queue = Celery("shop")\n'}, "shop.tasks:queue"),
        ({"jobs.py": 'celery: Celery = Celery("shop")\ncelery.autodiscover_tasks()\n'}, "jobs"),
    ],
)
def test_of_several_celery_apps_one_has_the_tasks_of_all(tmp_path: Path, more: dict[str, str], app: str) -> None:
    proposals = found(tmp_path, {**PLAIN, "shop/tasks.py": 'app = Celery("tasks")\n', **more})

    assert f"--app={app}" in proposals["services.worker.command"][0]


def test_static_files_that_no_dockerfile_collects_are_collected_at_the_start(tmp_path: Path) -> None:
    collects = "RUN python manage.py collectstatic --no-input\n"
    place = "compose/production/django/Dockerfile"
    command = "gunicorn config.wsgi --bind=0.0.0.0:8000 --graceful-timeout=30"

    at_start = found(tmp_path / "a", SCRIPTED)["services.web.command"][0]
    in_image = found(tmp_path / "b", {**SCRIPTED, place: SCRIPTED[place] + collects})["services.web.command"][0]

    assert at_start == ["sh", "-c", f"python manage.py collectstatic --no-input && exec {command}"]
    assert in_image == command.split()


def test_the_dockerfile_may_be_elsewhere(tmp_path: Path) -> None:
    files = {**CELERY, "docker/web/Dockerfile": 'FROM python\nCMD ["gunicorn", "shop.wsgi", "--bind=0.0.0.0:7000"]\n'}

    named = found(tmp_path, files, dockerfile="docker/web/Dockerfile")

    assert named["services.web.port"] == (7000, "docker/web/Dockerfile:2")
    with pytest.raises(UserError, match="has no file docker/absent"):
        inspect(tmp_path, {"dockerfile": "docker/absent"})
