"""The address that a command binds."""
# ruff: noqa: S104 - texts of commands

import pytest

from constructs_lib.config.bound_address import bound_addresses


@pytest.mark.parametrize(
    ("command", "host", "port"),
    [
        ("gunicorn config.wsgi --bind 0.0.0.0:8000", "0.0.0.0", 8000),
        ("gunicorn --bind=:8000 config.wsgi", "", 8000),
        ("gunicorn -b 127.0.0.1:8000 config.wsgi", "127.0.0.1", 8000),
        ("gunicorn -b[::]:8000 config.wsgi", "[::]", 8000),
        ("gunicorn --bind=localhost config.wsgi", "localhost", None),
        ("python manage.py runserver --noreload 0.0.0.0:8080", "0.0.0.0", 8080),
        ("python manage.py runserver 8080", "127.0.0.1", 8080),
        ("uvicorn config.asgi --port=8000", "127.0.0.1", 8000),
        ("/app/.venv/bin/daphne -p 8000 config.asgi", "127.0.0.1", 8000),
        ("gunicorn -k uvicorn.workers.UvicornWorker -b :8000 config.asgi", "", 8000),
        ("hypercorn --bind 0.0.0.0:8000 config.asgi", "0.0.0.0", 8000),
        ("waitress-serve --listen=*:8000 config.wsgi:application", "*", 8000),
        ("uwsgi --http :8000", "", 8000),
        ("next start -p 3000", None, 3000),
    ],
)
def test_one_word_says_the_address(command: str, host: str | None, port: int | None) -> None:
    (address,) = bound_addresses(command.split())

    assert (address.host, address.port) == (host, port)


@pytest.mark.parametrize("command", ["uvicorn a --host 0.0.0.0 --port 80", "daphne -b 0.0.0.0 -p 80 a"])
def test_host_and_port_may_be_two_options(command: str) -> None:
    host, port = bound_addresses(command.split())

    assert (host.host, host.port, port.host, port.port) == ("0.0.0.0", None, None, 80)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "gunicorn config.wsgi",
        "gunicorn --bind",
        "gunicorn --bind=unix:/tmp/gunicorn.sock config.wsgi",
        "gunicorn -p /dev/shm/pid config.wsgi",
        "gunicorn --bind 0.0.0.0:$PORT config.wsgi",
        "celery -b redis://localhost:6379/0 worker",
        "vite --host --strictPort",
    ],
)
def test_other_words_say_none(command: str) -> None:
    assert bound_addresses(command.split()) == []


def test_the_argument_of_a_shell_is_read_at_its_position() -> None:
    (address,) = bound_addresses(["sh", "-c", "migrate && exec gunicorn --bind=0.0.0.0:8000 'config.wsgi'"])

    assert (address.position, address.port) == (2, 8000)
    assert bound_addresses(["sh", "-c", "exec gunicorn 'config"]) == []


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("localhost", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("[::]", False),
        ("", False),
    ],
)
def test_a_loopback_address_is_known(host: str, loopback: bool) -> None:  # noqa: FBT001 - a case
    (address,) = bound_addresses([f"--bind={host}:80"])

    assert address.is_loopback is loopback
