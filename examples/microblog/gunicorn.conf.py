"""How Gunicorn serves: it finds this file in the folder that it is started in; its command line may say otherwise.

The times fit those of `constructs_lib`: the load balancer closes idle connections after 60 seconds
(`network/ingress.py`), and a task is killed 90 seconds after SIGTERM (`services/web_service.py`).
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from typing import Any

bind = "0.0.0.0:8000"
workers = 2
# A worker's threads, and the connections of its database pool.
threads = 4
worker_class = "gthread"
# The side that sends requests has to be the one that closes, or some of them meet a closed connection.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
keepalive = 75
timeout = 30
graceful_timeout = 30
# A little memory leaks everywhere; not all workers start anew at once.
max_requests = 10_000
max_requests_jitter = 1_000
# The heartbeat of a worker must not wait for a disk, and the root file system may be read-only.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
control_socket_disable = True

# The application logs requests, with its own ids; this is for Gunicorn itself.
accesslog = None
logconfig_dict: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "microblog.core.logs.JsonFormatter"}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        "gunicorn.error": {"handlers": [], "level": "INFO", "propagate": True},
        "gunicorn.access": {"handlers": [], "level": "INFO", "propagate": False},
    },
}

DRAIN_SECONDS = float(os.environ.get("DRAIN_SECONDS") or 10)
"""For how long requests are still taken after SIGTERM.

A Spot task gets SIGTERM when the load balancer has only begun to take it out; what it sends until then must not meet a
closed door. With `graceful_timeout` for what is under way, all ends within 40 of the 90 seconds.
"""


def when_ready(server: Any) -> None:
    """Let the first SIGTERM begin to drain; a second one, and SIGINT, stop at once."""
    stop = server.handle_term

    def drain() -> None:
        server.handle_term = stop
        logging.getLogger("gunicorn.error").info("draining for %s seconds", DRAIN_SECONDS)
        timer = threading.Timer(DRAIN_SECONDS, os.kill, (os.getpid(), signal.SIGTERM))
        timer.daemon = True
        timer.start()

    if DRAIN_SECONDS > 0:
        server.handle_term = drain
