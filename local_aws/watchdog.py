"""Ends what the embedded AWS has started when its server dies in whatever way, ``kill -9`` included.

Started by the server as ``python -m local_aws.watchdog STATE_DIR``, with a pipe for its input of which only the
server has the other end: when that is closed, the server is gone.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from local_aws import ending


def main() -> None:
    """Wait until the server ends or has ended, then end the others."""
    sys.stdin.read()
    ending.end(os.getsid(0), Path(sys.argv[1]), spare={os.getpid(), os.getppid()})


if __name__ == "__main__":
    main()
