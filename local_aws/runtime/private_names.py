"""Private DNS names of tasks: an address of loopback for each, which stays when the task is replaced.

No name server of this machine is asked: what a task is told in its variables has the address in place of the name.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from local_aws.loopback import free_address
from local_aws.ministack import service_discovery
from local_aws.ministack.ecs_services import service

if TYPE_CHECKING:
    from local_aws.ministack.ecs_tasks import EcsTask

_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")


class PrivateNames:
    """The addresses behind the names of Cloud Map. A new service of Cloud Map has a new address, whatever its name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._addresses: dict[str, str] = {}

    def address_of(self, task: EcsTask, *ports: int) -> str:
        """Return the address for a task that listens on these ports: that of its service's name, if that has one.

        Raises:
            OSError: no address is free.
        """
        found = service(task.service_key) if task.service_key else None
        registry = service_discovery.registry_of(found) if found else None
        return free_address(*ports) if registry is None else self._behind(registry, *ports)

    def in_text(self, text: str) -> str:
        """Return a text with addresses in place of the names of the account and region of the request."""
        if "." not in text:
            return text
        names = service_discovery.names()
        return _NAME.sub(lambda found: self._behind(names[found[0]]) if found[0] in names else found[0], text)

    def _behind(self, registry: str, *ports: int) -> str:
        with self._lock:
            if registry not in self._addresses:
                self._addresses[registry] = free_address(*ports)
            return self._addresses[registry]
