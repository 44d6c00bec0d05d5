"""Where a repository takes new versions from, and which it has: .github/upstream.toml, which this module owns.

`gitops init` writes the address, if it is told, and `gitops update` the version that it has brought.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

from gitops.errors import UserError

FILE = ".github/upstream.toml"

_TEXT = "# Where `gitops update` takes new versions of this repository's code from, and the version that it has.\n"
_NAME, _PATH = r"\w[\w.-]*", r"[\w./~+-]+"
URL_PATTERN = (
    rf"(?a:https://{_NAME}(:\d+)?/{_PATH}|ssh://{_NAME}@{_NAME}(:\d+)?/{_PATH}|{_NAME}@{_NAME}:[\w/~]{_PATH}"
    r"|file:///[^\s\"\\]+)"
)
"""Addresses that git may be given: no option, no program, no password, no path."""

URL_HELP = "must be https://…, ssh://USER@HOST/…, USER@HOST:… or file:///…, without a password"
_VALUES = {
    "url": (re.compile(URL_PATTERN), URL_HELP),
    "version": (re.compile(r"v\d+\.\d+\.\d+", re.ASCII), "must be a release, such as v1.2.0"),
    "commit": (re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?"), "must be the full id of a commit"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """The repository that this one was made from, and the version of it that was taken; empty where it is not known."""

    url: str = ""
    version: str = ""
    commit: str = ""

    def text(self) -> str:
        """Return the content of the file."""
        values = {"url": self.url, "version": self.version, "commit": self.commit}
        return _TEXT + "".join(f'{name} = "{value}"\n' for name, value in values.items() if value)


def is_url(text: str) -> bool:
    """Return whether a text is an address that git may be given."""
    return bool(re.fullmatch(URL_PATTERN, text))


def parse(content: bytes | None) -> Origin:
    """Return what the file says; nothing without a file.

    Raises:
        UserError: it is not TOML, or a value is not one that `gitops update` writes.
    """
    if content is None:
        return Origin()
    try:
        values = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{FILE} is not TOML: {error}") from error
    for name, value in values.items():
        if name not in _VALUES:
            raise UserError(f"{FILE}: {name} is none of {', '.join(_VALUES)}")
        pattern, problem = _VALUES[name]
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise UserError(f"{FILE}: {name}: {problem}, not {value!r}")
    return Origin(**values)
