"""References in `environment`: `{database.host}` in a value stands for what the environment is given.

A name in braces is a reference, wherever it stands in the value, and `{{name}}` is the text `{name}`. Other braces are
text, so that JSON needs no escapes: `{"hosts": ["{host}"]}`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Secrecy = Literal["plain", "secret", "secret in production"]

_TOKEN = re.compile(r"\{\{(?P<text>[A-Za-z_][\w.-]*)\}\}|\{(?P<name>[A-Za-z_][\w.-]*)\}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """What a reference stands for, in words, and whether that is a secret.

    `made_of` is the value, of other references, that it is short for. `grants_data` says that it opens the database.
    """

    text: str
    made_of: str = ""
    secrecy: Secrecy = "plain"
    grants_data: bool = False
    needs_cache: bool = False
    needs_plain_cache: bool = False

    def is_secret(self, *, production: bool) -> bool:
        """Return whether it is handed over by Secrets Manager alone."""
        return self.secrecy == "secret" or (production and self.secrecy == "secret in production")


REFERENCES: Mapping[str, Meaning] = {
    "app.name": Meaning(text="name of the environment, `alpha`"),
    "app.image": Meaning(
        text="the application's `image`, a tag or digest, in services with an `image` of their own too"
    ),
    "host": Meaning(text="host name at which the environment answers, `alpha.dev.example.com`"),
    "url": Meaning(text="its address, `https://alpha.dev.example.com`"),
    "domain": Meaning(text="domain of the base, `dev.example.com`"),
    "database.host": Meaning(text="host of the database server"),
    "database.port": Meaning(text="its port, `5432`"),
    "database.name": Meaning(text="the environment's own database"),
    "database.username": Meaning(text="the role that owns it"),
    "database.password": Meaning(text="password of the role", secrecy="secret", grants_data=True),
    "database.url": Meaning(
        text="all of them in one: `postgresql://USERNAME:PASSWORD@HOST:5432/NAME`",
        made_of="postgresql://{database.username}:{database.password}@{database.host}:{database.port}/{database.name}",
        secrecy="secret",
        grants_data=True,
    ),
    "cache.host": Meaning(
        text="host of the cache; in production only with `cache: {tls: false}` of the base, since it takes TLS and a "
        "password otherwise",
        needs_cache=True,
        needs_plain_cache=True,
    ),
    "cache.port": Meaning(text="port of the cache, `6379`", needs_cache=True),
    "cache.url": Meaning(
        text="URL of the cache's first database; in production `rediss://` with user and password, unless its base "
        "says `cache: {tls: false}`",
        secrecy="secret in production",
        needs_cache=True,
    ),
    "bucket.name": Meaning(text="the environment's own bucket"),
    "bucket.region": Meaning(text="region of the bucket and of the environment, `us-east-1`"),
    "secret_key": Meaning(text="a random text of the environment, for Django's SECRET_KEY", secrecy="secret"),
}
"""What can be referred to. The URL of an ad hoc cache is plain, since that cache has no password."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference by the name that stands in its braces, which need not exist."""

    name: str


def parse(value: str) -> Iterator[str | Reference]:
    """Yield the parts of a value in their order: texts, none of them empty, and references."""
    end = 0
    for match in _TOKEN.finditer(value):
        yield from filter(None, (value[end : match.start()],))
        yield Reference(match["name"]) if match["name"] else f"{{{match['text']}}}"
        end = match.end()
    yield from filter(None, (value[end:],))


def expanded(value: str) -> list[str | Reference]:
    """Return the parts of a value with those that a reference is short for in its place."""
    return [
        inner
        for part in parse(value)
        for inner in (
            parse(REFERENCES[part.name].made_of)
            if isinstance(part, Reference) and REFERENCES[part.name].made_of
            else (part,)
        )
    ]


def names_in(value: str) -> list[str]:
    """Return the names of the references in a value, the unknown among them."""
    return [part.name for part in parse(value) if isinstance(part, Reference)]


def meanings_in(value: str) -> list[Meaning]:
    """Return what the references in a value stand for."""
    return [REFERENCES[name] for name in names_in(value) if name in REFERENCES]


def is_secret(value: str, *, production: bool) -> bool:
    """Return whether a value holds a secret, so that it must not be a plain variable."""
    return any(meaning.is_secret(production=production) for meaning in meanings_in(value))


def grants_data(value: str) -> bool:
    """Return whether who gets a value may work with the application's database."""
    return any(meaning.grants_data for meaning in meanings_in(value))
