"""`make run`: the site at http://localhost:8000 with a database in var/, for a look around."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests import local_servers

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "demo demo demo"


def main() -> None:
    """Run until interrupted or told to stop."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    servers = local_servers.start(ROOT / "var")
    environment = {
        **os.environ,
        **servers.environment,
        "DEBUG": "1",
        "DRAIN_SECONDS": "0",
        "CELERY_CONCURRENCY": "1",
        "FRONTEND_URL": "http://localhost:8000",
        "DJANGO_SUPERUSER_EMAIL": "demo@example.com",
        "DJANGO_SUPERUSER_HANDLE": "demo",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }
    manage = [sys.executable, "manage.py"]
    running: list[subprocess.Popen[bytes]] = []

    def begin(*command: str) -> subprocess.Popen[bytes]:
        # In a group of its own: runserver and the worker have children, which go with them.
        running.append(subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment, start_new_session=True))
        return running[-1]

    try:
        subprocess.run([*manage, "pre_update"], cwd=ROOT, env=environment, check=True)
        made = subprocess.run(
            [*manage, "createsuperuser", "--no-input"], cwd=ROOT, env=environment, check=False, capture_output=True
        )
        if made.returncode == 0:
            subprocess.run([*manage, "generate_posts", "200"], cwd=ROOT, env=environment, check=True)
        print(f"http://localhost:8000, demo@example.com, {PASSWORD!r}; mails are printed here; Ctrl-C ends it")
        begin("-m", "celery", "--app=config", "worker", "--loglevel=info")
        begin("manage.py", "runserver", "127.0.0.1:8000").wait()
    except KeyboardInterrupt:
        pass
    finally:
        for process in running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=100)
        servers.stop()


if __name__ == "__main__":
    main()
