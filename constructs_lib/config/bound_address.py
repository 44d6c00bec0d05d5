"""The address that the command of a web server binds, read from its options.

Options: https://docs.gunicorn.org/en/stable/settings.html#bind, https://www.uvicorn.org/settings/#socket-binding,
https://github.com/django/daphne, https://docs.djangoproject.com/en/stable/ref/django-admin/#runserver
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_ADDRESS_OPTIONS = frozenset({"-b", "--bind", "--listen", "--http", "--http-socket", "--host", "--hostname"})
_PORT_OPTIONS = frozenset({"-p", "--port"})
_OPTIONS = _ADDRESS_OPTIONS | _PORT_OPTIONS

_HOST = r"[\w.*-]*|\[[\da-fA-F:.]+\]"
_ADDRESS = re.compile(rf"(?P<host>{_HOST}):(?P<port>\d{{1,5}})")
_IS_HOST = re.compile(r"localhost|[\w-]*(\.[\w-]+)+|\[?[\da-fA-F:]*::[\da-fA-F:]*\]?")
_PORT = re.compile(r"\d{1,5}")
_LOOPBACK = re.compile(r"localhost|127(\.\d+){3}|\[?::1\]?")

_DEVELOPMENT_SERVERS = frozenset({"runserver", "runserver_plus"})
_LOOPBACK_BY_DEFAULT = frozenset({"daphne", "uvicorn"})


@dataclass(frozen=True, slots=True)
class BoundAddress:
    """What one word of a command says of the address. `position` is the word's in the command.

    `host` is empty for every interface, and None like `port` where the word does not say it.
    """

    position: int
    host: str | None
    port: int | None

    @property
    def is_loopback(self) -> bool:
        """Whether only programs in the same task reach it."""
        return self.host is not None and _LOOPBACK.fullmatch(self.host) is not None


def bound_addresses(command: Sequence[str]) -> list[BoundAddress]:
    """Return what a command says of the addresses that it binds. Names of sockets and shell variables are left out."""
    words = list(_words(command))
    found = [*_from_options(words), *_from_development_server(words)]
    if not any(address.host is not None for address in found) and _LOOPBACK_BY_DEFAULT & {
        text.rpartition("/")[2] for _, text in words
    }:
        return [BoundAddress(address.position, "127.0.0.1", address.port) for address in found]
    return found


def _words(command: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield each word with its position in the command; those of an argument of `sh -c` have that argument's."""
    for position, text in enumerate(command):
        if position and command[position - 1] in {"-c", "-ec", "-lc"}:
            try:
                parts = shlex.split(text)
            except ValueError:  # the shell will say so
                parts = text.split()
            yield from ((position, part) for part in parts)
        else:
            yield position, text


def _from_options(words: Sequence[tuple[int, str]]) -> Iterator[BoundAddress]:
    following = [*words, (0, "")][1:]
    for (position, text), (next_position, next_text) in zip(words, following, strict=True):
        option, equals, value = text.partition("=")
        if option not in _OPTIONS and text[:2] in _OPTIONS:  # -b0.0.0.0:8000
            option, value, equals = text[:2], text[2:], "="
        if option not in _OPTIONS:
            continue
        place = position if equals else next_position
        said = value if equals else next_text
        if option in _PORT_OPTIONS:
            if _PORT.fullmatch(said):
                yield BoundAddress(place, None, int(said))
        elif address := _ADDRESS.fullmatch(said):
            yield BoundAddress(place, address["host"], int(address["port"]))
        elif _IS_HOST.fullmatch(said):
            yield BoundAddress(place, said, None)


def _from_development_server(words: Sequence[tuple[int, str]]) -> Iterator[BoundAddress]:
    """Yield the address after `runserver`, which is on the loopback interface unless it has a host."""
    texts = [text for _, text in words]
    start = next((index for index, text in enumerate(texts) if text in _DEVELOPMENT_SERVERS), len(words))
    for position, text in words[start + 1 :]:
        if address := _ADDRESS.fullmatch(text):
            yield BoundAddress(position, address["host"], int(address["port"]))
        elif _PORT.fullmatch(text):
            yield BoundAddress(position, "127.0.0.1", int(text))
