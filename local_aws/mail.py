"""The mail relays of the embedded AWS: they write every message to a file and deliver none."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import parseaddr
from functools import partial
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller

from local_aws.loopback import free_address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from aiosmtpd.smtp import SMTP, Envelope, Session

    from local_aws.authorisation.senders import Senders

    Refusal = Callable[[str], str | None]
    """Why mail from an address is refused, or None."""

FOLDER = "mail"
PORT = 1025


@dataclass(frozen=True, slots=True)
class MailRelay:
    """A running mail relay."""

    address: str

    @property
    def variables(self) -> Mapping[str, str]:
        """The variables by which tasks find it, named as Django's settings are."""
        return {"EMAIL_HOST": self.address, "EMAIL_PORT": str(PORT)}


class MailRelays:
    """Relays that write each message to a file in one folder, NUMBER-TIME.eml.

    Tasks whose role may send with SES have one that refuses senders as SES does. Others have one that takes every
    sender: which addresses their own mail server takes is not known here.
    """

    def __init__(self, folder: Path, senders: Senders) -> None:
        folder.mkdir(parents=True)
        self._files = _Files(folder)
        self._senders = senders
        self._lock = threading.Lock()
        self._of_roles: dict[tuple[str, str], MailRelay] = {}
        self.of_others = self._start(lambda _sender: None)

    def of_task(self, role_arn: str | None, region: str) -> MailRelay:
        """Return the relay of tasks with a role, in a region: identities of SES are a region's.

        MiniStack writes an empty ARN into the task definition of a stack that names no role.
        """
        if not role_arn or not self._senders.uses_ses(role_arn):
            return self.of_others
        with self._lock:
            key = (role_arn, region)
            if key not in self._of_roles:
                self._of_roles[key] = self._start(partial(self._senders.refusal, *key))
            return self._of_roles[key]

    def _start(self, refusal: Refusal) -> MailRelay:
        address = free_address(PORT)
        Controller(_Handler(self._files, refusal), hostname=address, port=PORT).start()
        return MailRelay(address)


class _Files:
    """Messages as files, numbered in the order in which they came."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def keep(self, content: bytes, recipients: list[str]) -> None:
        name = f"{next(self._numbers):05}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.eml"
        partial_file = self._folder / f".{name}"
        partial_file.write_bytes(f"X-Envelope-To: {', '.join(recipients)}\r\n".encode() + content)
        partial_file.rename(self._folder / name)


class _Handler:
    """A handler of aiosmtpd."""

    def __init__(self, files: _Files, refusal: Refusal) -> None:
        self._files = files
        self._refusal = refusal

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        for sender in dict.fromkeys((envelope.mail_from or "", _author(content))):
            refused = self._refusal(sender) if sender else None
            if refused:
                return f"554 {refused}"
        self._files.keep(content, envelope.rcpt_tos)
        return "250 Message kept"


def _author(content: bytes) -> str:
    """Return the address in the header `From`, or an empty text."""
    return parseaddr(str(message_from_bytes(content).get("From", "")))[1]
