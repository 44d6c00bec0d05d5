from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from constructs_lib.config.environments import load, read
from constructs_lib.config.model import AccountConfig, LockConfig
from constructs_lib.config.naming import EnvironmentName
from gitops.chatops.authorise import Subject, may_command, refusal_reason
from gitops.chatops.comment_commands import command_of, verbs
from tests.sample import ENVIRONMENTS

if TYPE_CHECKING:
    from pathlib import Path

    from gitops.github.model import Permission

OWNER, OTHER, LOCKER = "octocat", "hubot", "monalisa"
DECLARED = load(ENVIRONMENTS)
VERBS = [verb for verb in verbs() if command_of(verb).scope == "environment"]


def subject(name: str, *, locked: bool = False, consent: bool = False) -> Subject:
    found = DECLARED[EnvironmentName(*name.split("/"))]
    config = found.config
    assert not isinstance(config, AccountConfig)
    if locked:
        config = replace(config, lock=LockConfig(by=LOCKER, reason="a demonstration"))
    if consent:
        config = replace(config, destroy_by_comment=True)  # type: ignore[arg-type] # production alone has it
    return Subject.of(replace(found, config=config))


@pytest.mark.parametrize("permission", ["read", "none"])
@pytest.mark.parametrize("verb", VERBS)
def test_without_write_permission_nothing_is_allowed_not_even_to_the_owner(verb: str, permission: Permission) -> None:
    assert not may_command(permission)
    assert refusal_reason(verb, OWNER, permission, subject("dev/alpha")) is not None


# What an owner, another person who may write, and an administrator may: o, w, a; a dash stands for nobody.
TABLE = """
verb     ad-hoc-app  its-base  prod-app  prod-base
deploy   owa         owa       owa       owa
destroy  oa          a         -         -
confirm  oa          a         -         -
extend   owa         -         -         -
sleep    owa         -         -         -
wake     owa         -         -         -
lock     owa         owa       owa       owa
unlock   owa         owa       owa       owa
"""
NAMES = {"ad-hoc-app": "dev/alpha", "its-base": "dev/base", "prod-app": "prod/app", "prod-base": "prod/base"}
PEOPLE: dict[str, tuple[str, Permission]] = {"o": (OWNER, "write"), "w": (OTHER, "write"), "a": (OTHER, "admin")}


def rows() -> list[tuple[str, str, str]]:
    heading, *lines = (line.split() for line in TABLE.split("\n") if line)
    return [(verb, kind, who) for verb, *cells in lines for kind, who in zip(heading[1:], cells, strict=True)]


@pytest.mark.parametrize(("verb", "kind", "allowed"), rows())
def test_who_may_order_what(verb: str, kind: str, allowed: str) -> None:
    may = {who for who, person in PEOPLE.items() if refusal_reason(verb, *person, subject(NAMES[kind])) is None}

    # Nobody owns a base; what its table allows the owner, it allows as anybody who may write.
    assert may == set(allowed.replace("-", ""))


@pytest.mark.parametrize("name", ["prod/app", "prod/base"])
@pytest.mark.parametrize("verb", ["destroy", "confirm"])
def test_with_consent_in_its_file_production_is_destroyed_by_administrators_alone(verb: str, name: str) -> None:
    consenting = subject(name, consent=True)

    assert {who for who, person in PEOPLE.items() if refusal_reason(verb, *person, consenting) is None} == {"a"}


@pytest.mark.parametrize("login", ["octocat", "OctoCat", "OCTOCAT"])
def test_logins_do_not_tell_capitals_apart(login: str) -> None:
    assert refusal_reason("destroy", login, "write", subject("dev/alpha")) is None


@pytest.mark.parametrize("verb", ["deploy", "destroy", "confirm", "sleep", "wake"])
def test_a_lock_stops_everybody_and_says_how_it_ends(verb: str) -> None:
    message = refusal_reason(verb, OWNER, "admin", subject("dev/alpha", locked=True))

    assert message is not None
    assert "locked by monalisa: a demonstration" in message
    assert "/unlock dev/alpha" in message


@pytest.mark.parametrize("verb", ["lock", "unlock"])
def test_a_lock_is_changed_by_whoever_made_it_or_an_administrator(verb: str) -> None:
    locked = subject("dev/alpha", locked=True)

    assert refusal_reason(verb, LOCKER, "write", locked) is None
    assert refusal_reason(verb, OTHER, "admin", locked) is None
    assert "monalisa has locked it" in (refusal_reason(verb, OWNER, "write", locked) or "")


@pytest.mark.parametrize("verb", ["extend"])
def test_a_lock_does_not_stop_what_keeps_an_environment(verb: str) -> None:
    assert refusal_reason(verb, OWNER, "write", subject("dev/alpha", locked=True)) is None


@pytest.mark.parametrize("verb", VERBS)
def test_accounts_are_nothing_for_comments(verb: str) -> None:
    account = Subject.of(DECLARED[EnvironmentName("accounts", "main")])

    assert "gitops bootstrap" in (refusal_reason(verb, OWNER, "admin", account) or "")


# Declarations that cannot be resolved: what their files say decides about their removal, at least as strictly.

AD_HOC_BASE, PROD_BASE = "kind: ad-hoc-base\n", "kind: prod-base\n"
MINE = f"kind: ad-hoc-app\nowner: {OWNER}\nimagge: v1\n"


@pytest.mark.parametrize(
    ("app", "base", "allowed"),
    [
        (MINE, AD_HOC_BASE, "oa"),
        (MINE, "kind: [", "a"),
        (MINE, "kind: basis\n", "a"),
        (MINE, None, "a"),
        (MINE.replace("ad-hoc-app", "app"), AD_HOC_BASE, "a"),
        (f"owner: {OWNER}\n", AD_HOC_BASE, "a"),
        (MINE, PROD_BASE, ""),
        (f"{MINE}destroy_by_comment: true\n", PROD_BASE, "a"),
        (f"{MINE}destroy_by_comment: 'true'\n", PROD_BASE, ""),
        (MINE.replace("ad-hoc-app", "prod-app"), AD_HOC_BASE, ""),
        (f"{MINE}lock: yes please\n", AD_HOC_BASE, ""),
    ],
)
def test_who_removes_what_is_declared_wrongly(tmp_path: Path, app: str, base: str | None, allowed: str) -> None:
    folder = tmp_path / "environments" / "dev"
    folder.mkdir(parents=True)
    (folder / "alpha.yaml").write_text(app)
    if base:
        (folder / "base.yaml").write_text(base)
    wrong = Subject.of_wrong(EnvironmentName("dev", "alpha"), read(folder.parent))

    may = {who for who, person in PEOPLE.items() if refusal_reason("destroy", *person, wrong) is None}

    assert may == set(allowed)
