"""`python -m tests.reload PROGRAM …`: runs a program, and again whenever the source changes. For compose.yaml."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PERIOD_SECONDS = 1


def newest() -> float:
    """Return when the source was changed last."""
    files = [file for folder in ("config", "microblog") for file in (ROOT / folder).rglob("*.py")]
    return max(file.stat().st_mtime for file in files)


def main(command: list[str]) -> int:
    """Run the command until it ends by itself or this process is told to stop; return its exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seen = newest()
    process = subprocess.Popen(command)
    try:
        while True:
            try:
                return process.wait(timeout=PERIOD_SECONDS)
            except subprocess.TimeoutExpired:
                pass
            if newest() != seen:
                seen = newest()
                process.terminate()
                process.wait()
                process = subprocess.Popen(command)
    except KeyboardInterrupt:
        process.terminate()
        return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
