from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import pytest

from constructs_lib.config.environments import Environment, load
from constructs_lib.config.model import AccountConfig, LockConfig
from constructs_lib.config.naming import EnvironmentName
from gitops import checkout
from gitops.chatops.authorise import may_command, refusal
from gitops.chatops.grammar import Verb

if TYPE_CHECKING:
    from gitops.github.model import Permission

OWNER, OTHER, LOCKER = "octocat", "hubot", "monalisa"
DECLARED = load(checkout.ROOT / "environments")
VERBS: tuple[Verb, ...] = get_args(Verb)


def environment(name: str, *, locked: bool = False, consent: bool = False) -> Environment:
    found = DECLARED[EnvironmentName(*name.split("/"))]
    config = found.config
    assert not isinstance(config, AccountConfig)
    if locked:
        config = replace(config, lock=LockConfig(by=LOCKER, reason="a demonstration"))
    if consent:
        config = replace(config, destroy_by_comment=True)  # type: ignore[arg-type] # production alone has it
    return replace(found, config=config)


@pytest.mark.parametrize("permission", ["read", "none"])
@pytest.mark.parametrize("verb", VERBS)
def test_without_write_permission_nothing_is_allowed_not_even_to_the_owner(verb: Verb, permission: Permission) -> None:
    assert not may_command(permission)
    assert refusal(verb, OWNER, permission, environment("dev/alpha")) is not None


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


def rows() -> list[tuple[Verb, str, str]]:
    heading, *lines = (line.split() for line in TABLE.split("\n") if line)
    return [(verb, kind, who) for verb, *cells in lines for kind, who in zip(heading[1:], cells, strict=True)]  # type: ignore[misc]


@pytest.mark.parametrize(("verb", "kind", "allowed"), rows())
def test_who_may_order_what(verb: Verb, kind: str, allowed: str) -> None:
    may = {who for who, person in PEOPLE.items() if refusal(verb, *person, environment(NAMES[kind])) is None}

    # Nobody owns a base; what its table allows the owner, it allows as anybody who may write.
    assert may == set(allowed.replace("-", ""))


@pytest.mark.parametrize("name", ["prod/app", "prod/base"])
@pytest.mark.parametrize("verb", ["destroy", "confirm"])
def test_with_consent_in_its_file_production_is_destroyed_by_administrators_alone(verb: Verb, name: str) -> None:
    consenting = environment(name, consent=True)

    assert {who for who, person in PEOPLE.items() if refusal(verb, *person, consenting) is None} == {"a"}


@pytest.mark.parametrize("login", ["octocat", "OctoCat", "OCTOCAT"])
def test_logins_do_not_tell_capitals_apart(login: str) -> None:
    assert refusal("destroy", login, "write", environment("dev/alpha")) is None


@pytest.mark.parametrize("verb", ["deploy", "destroy", "confirm", "sleep", "wake"])
def test_a_lock_stops_everybody_and_says_how_it_ends(verb: Verb) -> None:
    message = refusal(verb, OWNER, "admin", environment("dev/alpha", locked=True))

    assert message is not None
    assert "locked by monalisa: a demonstration" in message
    assert "/unlock dev/alpha" in message


@pytest.mark.parametrize("verb", ["lock", "unlock"])
def test_a_lock_is_changed_by_whoever_made_it_or_an_administrator(verb: Verb) -> None:
    locked = environment("dev/alpha", locked=True)

    assert refusal(verb, LOCKER, "write", locked) is None
    assert refusal(verb, OTHER, "admin", locked) is None
    assert "monalisa has locked it" in (refusal(verb, OWNER, "write", locked) or "")


@pytest.mark.parametrize("verb", ["extend"])
def test_a_lock_does_not_stop_what_keeps_an_environment(verb: Verb) -> None:
    assert refusal(verb, OWNER, "write", environment("dev/alpha", locked=True)) is None


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in {"help", "plan", "status"}])
def test_accounts_are_nothing_for_comments(verb: Verb) -> None:
    account = DECLARED[EnvironmentName("accounts", "main")]

    assert "gitops bootstrap" in (refusal(verb, OWNER, "admin", account) or "")
