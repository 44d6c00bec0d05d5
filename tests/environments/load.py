"""A bounded number of requests to a site of this machine, sent by a process of its own; none is sent a second time.

    python -m tests.environments.load URL --requests 500 [--clients 4] [--pause 0.1] [--path /]... [--token TOKEN]

Each client keeps its connection, as browsers do. It prints a line of JSON for each answer. SIGTERM ends it when what is
under way is answered. It exits with 1 when a request failed.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from urllib.parse import SplitResult

ROOT = Path(__file__).parents[2]
HEALTH_CHECK = "/api/health-check/"
POSTS = "/api/posts/"
READ = (HEALTH_CHECK, "/api/ready/", "/everyone/", "/sign-in/")
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
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, text=True)
    try:
        yield Load(log, process)
    finally:
        process.terminate()
        process.wait()


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """One of those who send requests: they share what is left to send, and when to end."""

    site: SplitResult
    numbers: Iterator[int]
    requests: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    pause: float
    ended: threading.Event
    failed: threading.Event

    def run(self) -> None:
        """Send requests, in the order that is given, over and over."""
        host = self.site.hostname or ""
        # Browsers know that names below localhost are this machine; not every resolver does.
        address = "127.0.0.1" if host.endswith(".localhost") else host
        connection = http.client.HTTPConnection(address, self.site.port, timeout=TIMEOUT)
        for number, (method, path) in zip(self.numbers, itertools.cycle(self.requests), strict=False):
            if self.ended.wait(self.pause):
                return
            answer = self._send(connection, method, path, number)
            if answer.failed:
                self.failed.set()
            sys.stdout.write(json.dumps(asdict(answer)) + "\n")  # at once: print would let others between
            sys.stdout.flush()

    def _send(self, connection: http.client.HTTPConnection, method: str, path: str, number: int) -> Answer:
        body, kind = None, {}
        if method == "POST":
            body, kind = urlencode({"text": f"post {number}"}), {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, path, body, {"Host": self.site.netloc, **self.headers, **kind})
            response = connection.getresponse()
            content = response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return Answer(at=time.time(), path=path, status=0, error=repr(error))
        answer = Answer(at=time.time(), path=path, status=response.status)
        if answer.failed:
            return replace(answer, error=content[:300])
        return replace(answer, version=json.loads(content)["version"]) if path == HEALTH_CHECK else answer


def main() -> int:
    """Send the requests."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--requests", type=int, required=True)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between two requests of a client")
    parser.add_argument("--path", action="append", dest="paths", help="what to read")
    parser.add_argument("--header", action="append", default=[], dest="headers", help="NAME=VALUE")
    parser.add_argument("--token", default="", help="write, too, with this token of the API")
    arguments = parser.parse_args()
    headers = dict(one.split("=", 1) for one in arguments.headers)
    requests = [("GET", path) for path in arguments.paths or READ]
    if arguments.token:
        headers["Authorization"] = f"Bearer {arguments.token}"
        requests.append(("POST", POSTS))
    ended, failed = threading.Event(), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    client = Client(
        site=urlsplit(arguments.url),
        numbers=iter(range(arguments.requests)),
        requests=requests,
        headers=headers,
        pause=arguments.pause,
        ended=ended,
        failed=failed,
    )
    threads = [threading.Thread(target=client.run) for _ in range(arguments.clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return int(failed.is_set())


if __name__ == "__main__":
    sys.exit(main())
