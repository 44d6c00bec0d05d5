"""A certificate authority of this embedded AWS, in the place of Amazon's."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from collections.abc import Mapping


class Authority:
    """Issues the certificates of databases and caches; its own is in a file with those that this machine trusts."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA(organization_name="embedded AWS")
        folder.mkdir(parents=True, exist_ok=True)
        self._bundle = folder / "authorities.pem"
        system = ssl.get_default_verify_paths().cafile
        trusted = Path(system).read_bytes() if system else b""
        self._bundle.write_bytes(trusted + self._authority.cert_pem.bytes())

    @property
    def variables(self) -> Mapping[str, str]:
        """The variables by which OpenSSL and libpq find the authorities that they may trust."""
        return {"SSL_CERT_FILE": str(self._bundle), "PGSSLROOTCERT": str(self._bundle)}

    def server_context(self, address: str) -> ssl.SSLContext:
        """Return how a server at an address proves who it is."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(address).configure_cert(context)
        return context
