"""The mail relay of the embedded AWS: it writes every message to a file and delivers none."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller

from local_aws.loopback import free_address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from aiosmtpd.smtp import SMTP, Envelope, Session

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


def start(folder: Path) -> MailRelay:
    """Start a relay that writes each message to a file in ``folder``, NUMBER-TIME.eml."""
    folder.mkdir(parents=True)
    address = free_address(PORT)
    Controller(_FileHandler(folder), hostname=address, port=PORT).start()
    return MailRelay(address)


class _FileHandler:
    """A handler of aiosmtpd: writes messages to files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        name = f"{next(self._numbers):05}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.eml"
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        header = f"X-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n".encode()
        partial = self._folder / f".{name}"
        partial.write_bytes(header + content)
        partial.rename(self._folder / name)
        return "250 Message kept"
