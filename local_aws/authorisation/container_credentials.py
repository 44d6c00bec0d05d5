"""Where the programs of a task ask for the credentials of its role, as in ECS: no variable has them.

ECS answers at an address of the network of a task, which a process of this machine has not; AWS's clients ask an
address on loopback as well.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from local_aws.authorisation import callers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

PATH = "/_ecs/credentials/"
VARIABLE = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
LIFETIME = timedelta(hours=6)
"""What ECS gives a task; clients ask again before."""


@dataclass(frozen=True, slots=True)
class _Session:
    """A session of a role, and its credentials as variables."""

    role_arn: str
    credentials: dict[str, str]


class ContainerCredentials:
    """The credentials of the tasks that have started, by the secret part of their addresses."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[str, _Session] = {}

    def variables(self, endpoint: str, role_arn: str, task_id: str) -> dict[str, str]:
        """Return the variable that tells a task of the embedded AWS at `endpoint` where to ask."""
        credentials = callers.credentials(role_arn, task_id)
        key = hashlib.sha256(f"address {credentials['AWS_SECRET_ACCESS_KEY']}".encode()).hexdigest()[:32]
        with self._lock:
            self._sessions[key] = _Session(role_arn, credentials)
        return {VARIABLE: f"{endpoint}{PATH}{key}"}

    def document(self, key: str) -> dict[str, str] | None:
        """Return what ECS answers at the address with a key; None where no task has it."""
        with self._lock:
            session = self._sessions.get(key)
        if session is None:
            return None
        return {
            "AccessKeyId": session.credentials["AWS_ACCESS_KEY_ID"],
            "Expiration": f"{datetime.now(UTC) + LIFETIME:%Y-%m-%dT%H:%M:%SZ}",
            "RoleArn": session.role_arn,
            "SecretAccessKey": session.credentials["AWS_SECRET_ACCESS_KEY"],
            "Token": session.credentials["AWS_SESSION_TOKEN"],
        }


CREDENTIALS = ContainerCredentials()
"""Those of this process, in which tasks are started and requests are answered."""


class CredentialsEndpoint:
    """An ASGI application that answers programs of tasks, and passes other requests to the application behind it."""

    def __init__(self, behind: Callable[..., Awaitable[None]]) -> None:
        self._behind = behind

    async def __call__(self, scope: Message, receive: Receive, send: Send, *more: object) -> None:
        """Answer a request for credentials, or pass it to the application behind."""
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or not path.startswith(PATH):
            await self._behind(scope, receive, send, *more)
            return
        found = CREDENTIALS.document(path.removeprefix(PATH))
        missing = {"code": "InvalidIdInRequest", "message": "no task of this embedded AWS has these credentials"}
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200 if found else 404, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(found or missing).encode()})
