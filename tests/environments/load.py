"""A bounded number of requests to an environment, sent by a process of its own; none is sent a second time.

    python -m tests.environments.load URL --requests 500 [--clients 4] [--pause 0.05] [--token TOKEN] [--header N:V]

Each client keeps its connection, as browsers do. It prints a line of JSON for each request, and ends when its standard
input does, even when it has not sent all.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from tests.gitops.checkouts import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

HEALTH_CHECK = "/api/health-check/"
POSTS = "/api/posts/"
GET = (HEALTH_CHECK, "/api/ready/", "/everyone/", "/sign-in/")
TIMEOUT = 30  # seconds, of one request


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What became of one request. ``at`` is when that was known, in seconds of Unix time; ``status`` 0: no answer."""

    at: float
    path: str
    status: int
    version: str | None = None
    """Of the application, where the answer tells."""
    error: str = ""

    @property
    def failed(self) -> bool:
        """Whether somebody who sent the request did not get what it asked for."""
        return self.status != (201 if self.path == POSTS else 200)


class Load:
    """Requests that are being sent."""

    def __init__(self, log: Path, process: subprocess.Popen[str]) -> None:
        self._log = log
        self._process = process

    @property
    def answers(self) -> list[Answer]:
        """All answers until now, the oldest first."""
        lines = self._log.read_text().splitlines(keepends=True)
        return [Answer(**json.loads(line)) for line in lines if line.endswith("\n")]

    def versions(self) -> list[str]:
        """Return the versions that answered, in the order of their first answers."""
        return list(dict.fromkeys(one.version for one in self.answers if one.version))

    def failures(self) -> list[Answer]:
        """Return the answers that should have been others."""
        return [one for one in self.answers if one.failed]

    def go_on(self, number: int) -> None:
        """Wait for as many more answers.

        Raises:
            RuntimeError: all requests are sent, or their process failed.
        """
        wanted = len(self.answers) + number
        while len(self.answers) < wanted:
            if self._process.poll() is not None:
                raise RuntimeError(f"no more requests are sent: {len(self.answers)} of {wanted}")
            time.sleep(0.1)


@contextmanager
def load(url: str, log: Path, *, requests: int, token: str) -> Iterator[Load]:
    """Send requests to a site, some of which write with an API token, until the block ends."""
    command = [sys.executable, "-m", "tests.environments.load", url, f"--requests={requests}", f"--token={token}"]
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=output, text=True)
    running = Load(log, process)
    try:
        yield running
    finally:
        process.communicate()


def main() -> None:
    """Send the requests."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--requests", type=int, required=True)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--pause", type=float, default=0.05, help="seconds between two requests of a client")
    parser.add_argument("--token", default="", help="write, too, with this token of the API")
    arguments = parser.parse_args()
    site = urlsplit(arguments.url)
    numbers = iter(range(arguments.requests))
    ended = threading.Event()
    clients = [
        threading.Thread(
            target=_client, args=(site.netloc, site.port, numbers, arguments.token, arguments.pause, ended)
        )
        for _ in range(arguments.clients)
    ]
    for client in clients:
        client.start()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    for client in clients:
        client.join()


def _client(host: str, port: int, numbers: Iterator[int], token: str, pause: float, ended: threading.Event) -> None:
    # Browsers know that names below localhost are this machine; not every resolver does.
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    requests = itertools.cycle([("GET", path) for path in GET] + ([("POST", POSTS)] if token else []))
    for number, (method, path) in zip(numbers, requests, strict=False):
        if ended.wait(pause):
            return
        body = urlencode({"text": f"post {number}"}) if method == "POST" else None
        headers = {"Host": host, "Content-Type": "application/x-www-form-urlencoded"} if body else {"Host": host}
        if body:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
            version = json.loads(content)["version"] if path == HEALTH_CHECK and response.status == 200 else None
            answer = Answer(at=time.time(), path=path, status=response.status, version=version, error="")
            if answer.failed:
                answer = Answer(**{**asdict(answer), "error": content.decode(errors="replace")[:300]})
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            answer = Answer(at=time.time(), path=path, status=0, error=repr(error))
        sys.stdout.write(json.dumps(asdict(answer)) + "\n")  # at once: print would let others between
        sys.stdout.flush()


if __name__ == "__main__":
    main()
