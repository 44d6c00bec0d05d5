"""How values with references are read."""

import pytest

from constructs_lib.config.references import REFERENCES, Reference, expanded, grants_data, is_secret, parse


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("", []),
        ("text", ["text"]),
        ("{host}", [Reference("host")]),
        ("https://{host}/{app.name}", ["https://", Reference("host"), "/", Reference("app.name")]),
        ("{{host}}", ["{host}"]),
        ("{{{host}}}", ["{", "{host}", "}"]),
        ('{"a": 1}', ['{"a": 1}']),
        ('{"a":{"b":"{host}"}}', ['{"a":{"b":"', Reference("host"), '"}}']),
        ("{}{ }{1}{ host }", ["{}{ }{1}{ host }"]),
        ("{Nothing-like.it}", [Reference("Nothing-like.it")]),
        ("%(levelname)s $HOME", ["%(levelname)s $HOME"]),
    ],
)
def test_names_in_braces_are_references_and_other_braces_are_text(value: str, parts: list[str | Reference]) -> None:
    assert list(parse(value)) == parts


@pytest.mark.parametrize("value", ["{database.password}", "{database.url}", "a {secret_key} b"])
def test_what_holds_a_secret_is_one_everywhere(value: str) -> None:
    assert is_secret(value, production=True)
    assert is_secret(value, production=False)


def test_url_of_the_cache_is_a_secret_in_production_alone() -> None:
    assert is_secret("{cache.url}", production=True)
    assert not is_secret("{cache.url}", production=False)


def test_password_of_the_database_alone_opens_it() -> None:
    assert [name for name in REFERENCES if grants_data(f"{{{name}}}")] == ["database.password", "database.url"]


def test_url_of_the_database_is_made_of_its_parts() -> None:
    names = [part.name for part in expanded("x={database.url}") if isinstance(part, Reference)]

    assert names == [f"database.{part}" for part in ("username", "password", "host", "port", "name")]


def test_what_references_are_made_of_exists_and_is_as_secret() -> None:
    for name, meaning in REFERENCES.items():
        inner = [part.name for part in expanded(f"{{{name}}}") if isinstance(part, Reference)]
        assert all(one in REFERENCES and not REFERENCES[one].made_of for one in inner)
        for production in (True, False):
            secret = any(REFERENCES[one].is_secret(production=production) for one in inner)
            assert secret == meaning.is_secret(production=production)
