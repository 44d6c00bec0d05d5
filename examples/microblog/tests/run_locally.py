"""`make run`: the site at http://localhost:8000 with a database in var/, for a look around."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import local_servers

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "demo demo demo"


def main() -> None:
    """Run until interrupted."""
    servers = local_servers.start(ROOT / "var", keep=True)
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
    worker = None
    try:
        subprocess.run([*manage, "pre_update"], cwd=ROOT, env=environment, check=True)
        made = subprocess.run(
            [*manage, "createsuperuser", "--no-input"], cwd=ROOT, env=environment, check=False, capture_output=True
        )
        if made.returncode == 0:
            subprocess.run([*manage, "generate_posts", "200"], cwd=ROOT, env=environment, check=True)
        print(f"http://localhost:8000, demo@example.com, {PASSWORD!r}; mails are printed here; Ctrl-C ends it")
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "--app=config", "worker", "--loglevel=info"], cwd=ROOT, env=environment
        )
        subprocess.run([*manage, "runserver", "127.0.0.1:8000"], cwd=ROOT, env=environment, check=False)
    except KeyboardInterrupt:
        pass
    finally:
        if worker is not None:
            worker.terminate()
            worker.wait(timeout=100)
        servers.stop()


if __name__ == "__main__":
    main()
