"""The embedded AWS of this checkout, by its command line and its state file: docs/local.md."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gitops import checkout
from gitops.errors import UserError
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from constructs_lib.config.images import ImageName

STATE_FILE = "local.json"
EVERY_OTHER_IMAGE = "*"
"""Stands among the images that run for all that have no folder, when a container engine runs those."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbeddedEndpoint:
    """A running embedded AWS, as its state file describes it."""

    endpoint: str
    pid: int
    port: int
    account: str
    secret_access_key: str
    environment_url: str
    started: datetime

    @classmethod
    def parse(cls, state: Mapping[str, Any]) -> EmbeddedEndpoint:
        """Return the endpoint that a state file, or the output of a command, describes."""
        values = {field.name: state[field.name] for field in fields(cls)}
        return cls(**{**values, "started": datetime.fromisoformat(state["started"])})

    def environment(self, account: str, region: str) -> dict[str, str]:
        """Return the variables with which an AWS client reaches ``account`` and ``region``.

        Remove other ``AWS_*`` variables from the environment first: a profile or a session token of a real account
        takes precedence over some of these.
        """
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
        }

    def url(self, environment: str) -> str:
        """Return the URL at which a browser reaches an environment, such as `dev/alpha`."""
        folder, _, name = environment.partition("/")
        return self.environment_url.format(folder=folder, name=name)


@dataclass(frozen=True, slots=True)
class Permissions:
    """How many permissions were authorised and denied since the embedded AWS started, and what was denied, in words."""

    authorised: int
    denied: int
    denials: tuple[str, ...] = ()


def find(state_dir: Path = checkout.LOCAL_STATE) -> EmbeddedEndpoint | None:
    """Return the embedded AWS that runs on ``state_dir``, or None. It takes well under a millisecond."""
    try:
        with (state_dir / STATE_FILE).open() as file:
            # The server locks the file for as long as it lives.
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return EmbeddedEndpoint.parse(json.load(file))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):  # JSON: it is being written
        pass
    return None


def up(account: str, region: str, images: Path) -> tuple[EmbeddedEndpoint, bool]:
    """Return the embedded AWS of this checkout, and whether this call started it.

    `images` is the file that maps images to folders; it is read when a task starts, and need not exist.

    Raises:
        UserError: it cannot start; the message has the reason.
    """
    state = _run("up", "--account", account, "--region", region, "--images", str(images))
    return EmbeddedEndpoint.parse(state), bool(state["changed"])


def down() -> bool:
    """Stop the embedded AWS of this checkout and delete its data. Return whether it was running."""
    return bool(_run("down")["changed"])


def enter(task_id: str, container: str, command: Sequence[str]) -> list[str]:
    """Return the command that runs another one in a container of a running task of the embedded AWS."""
    return [*_command("exec"), "--task", task_id, "--container", container, "--", *command]


def psql(*arguments: str) -> list[str]:
    """Return the command that runs the psql of the embedded AWS, which reaches its databases without a bastion."""
    return [*_command("psql"), "--", *arguments]


def images() -> list[str]:
    """Return the images whose tasks run in the embedded AWS of this checkout; `EVERY_OTHER_IMAGE` may be among them."""
    names: list[str] = _run("status").get("images", [])
    return names


def runs(names: Collection[str], image: ImageName) -> bool:
    """Whether tasks of an image run where images of these `names`, or of these repositories, do."""
    return not {image.repository, str(image), EVERY_OTHER_IMAGE}.isdisjoint(names)


def engine() -> str | None:
    """Return where the container engine of the embedded AWS of this checkout listens, or None when it uses none."""
    host: str | None = _run("status").get("engine")
    return host


def permissions() -> Permissions:
    """Return which permissions the embedded AWS of this checkout has authorised and denied."""
    counts: dict[str, Any] = _run("status").get("permissions", {})
    return Permissions(counts.get("authorised", 0), counts.get("denied", 0), tuple(counts.get("denials", ())))


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "local_aws", "--state-dir", str(checkout.LOCAL_STATE), *arguments]


def _run(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(_command(*arguments), check=False, capture_output=True, text=True)
    message = done.stderr.strip()
    if done.returncode:
        raise UserError(message or f"python -m local_aws {arguments[0]} ended with exit code {done.returncode}")
    if message:  # such as: the port is in use
        say(message)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
