"""The file .github/upstream.toml."""

from __future__ import annotations

import pytest

from gitops.errors import UserError
from gitops.init.origin import Origin, is_url, parse

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    "origin",
    [
        Origin(),
        Origin(url="https://github.com/octocat/environments.git"),
        Origin(url="file:///srv/a folder".replace(" ", "-"), version="v1.20.3", commit=COMMIT),
        Origin(version="v0.1.0"),
    ],
)
def test_what_is_written_is_read(origin: Origin) -> None:
    assert parse(origin.text().encode()) == origin


def test_without_a_file_nothing_is_known() -> None:
    assert parse(None) == Origin()


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/octocat/environments.git",
        "https://git.example.com:8443/a/b~c+d/environments",
        "ssh://git@git.example.com:22/octocat/environments.git",
        "git@github.com:octocat/environments.git",
        "file:///srv/git/environments.git",
    ],
)
def test_addresses_that_git_is_given(url: str) -> None:
    assert is_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "-x",
        "--upload-pack=x",
        "http://git.example.com/x",
        "git://git.example.com/x",
        "ext::sh -c x",
        "https://octocat:secret@git.example.com/x",
        "https://-x/y",
        "ssh://-oProxyCommand=x@git.example.com/x",
        "ssh://git@-x/y",
        "git@-x:y",
        "git@git.example.com:-x",
        "/srv/git/x",
        "../x",
        "file://server/share",
        "file:///srv/git x",
        'file:///srv/git"x',
        "https://git.example.com/x\n",
        "https://git.example.com/x --upload-pack=y",
        "https://gít.example.com/x",
    ],
)
def test_what_git_is_not_given(url: str) -> None:
    assert not is_url(url)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("url = ", "is not TOML: "),
        ("branch = 'main'", "branch is none of url, version, commit"),
        ("url = 1", "url: must be https://"),
        ("url = '--x'", "url: must be https://"),
        ("version = 'main'", "version: must be a release, such as v1.2.0, not 'main'"),
        ("version = '--x'", "version: must be a release"),
        ("commit = 'HEAD'", "commit: must be the full id of a commit, not 'HEAD'"),
        ("commit = '0123456'", "commit: must be the full id"),
        ("\udcff", "is not TOML: "),
    ],
)
def test_what_an_update_did_not_write_is_refused(text: str, problem: str) -> None:
    with pytest.raises(UserError) as caught:
        parse(text.encode(errors="surrogateescape"))

    assert str(caught.value).startswith(f".github/upstream.toml {problem}") or str(caught.value).startswith(
        f".github/upstream.toml: {problem}"
    )
