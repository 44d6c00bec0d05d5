"""`python -m tests.reload PROGRAM …`: runs a program again whenever the source changes, with Django's own watcher."""

from __future__ import annotations

import subprocess
import sys

import django
from django.utils import autoreload


def run() -> None:
    """Run the program until it ends or this process is replaced."""
    process = subprocess.Popen(sys.argv[1:])
    try:
        process.wait()
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    django.setup()
    autoreload.run_with_reloader(run)
