"""The metric that an application publishes about its queues: the one thing that scaling on them reads.

docs/costs.md tells an application's developers how to publish it.
"""

from collections.abc import Mapping

NAMESPACE = "Django/Celery"
"""Task roles may publish metrics of this namespace alone."""

QUEUE_LENGTH = "QueueLength"
"""Messages that wait for the workers of one service."""


def dimensions(host: str, service: str) -> Mapping[str, str]:
    """Return the dimensions of one service's metric. An application knows its host from FRONTEND_URL."""
    return {"Environment": host, "Service": service}
