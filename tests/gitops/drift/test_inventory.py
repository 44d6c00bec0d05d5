from dataclasses import replace

from constructs_lib.config.environments import AccountRegion
from gitops.drift.inventory import list_environments
from tests.gitops.factories import HOME, NOON, declaring, deployed, environment

DEV = environment("dev")
ALPHA = environment("dev/alpha", DEV)


def test_declared_and_deployed_are_one_entry() -> None:
    stack = replace(deployed("dev/alpha"), outputs={"Url": "https://alpha.dev.example.com"})

    (entry,) = list_environments(declaring(ALPHA), {HOME}, [stack])

    assert (entry.name, entry.kind, entry.declared, entry.state) == ("dev/alpha", "ad-hoc-app", True, "deployed")
    assert entry.changed == NOON
    assert entry.url == "https://alpha.dev.example.com"


def test_declared_only_is_not_deployed() -> None:
    (entry,) = list_environments(declaring(ALPHA), {HOME}, [])

    assert (entry.declared, entry.state, entry.changed) == (True, "not deployed", None)


def test_deployed_only_is_not_declared_and_says_where() -> None:
    (entry,) = list_environments(declaring(), {HOME}, [deployed("dev/gamma", "DELETE_FAILED")])

    assert (entry.name, entry.declared) == ("dev/gamma", False)
    assert entry.state == "failed: DELETE_FAILED in aws://111111111111/us-east-1"


def test_the_same_environment_in_another_place_is_an_entry_of_its_own() -> None:
    elsewhere = deployed("dev/alpha", where=AccountRegion("111111111111", "eu-central-1"))

    entries = list_environments(declaring(ALPHA), {HOME, elsewhere.where}, [elsewhere])

    assert [(entry.declared, entry.name) for entry in entries] == [(True, "dev/alpha"), (False, "dev/alpha")]


def test_stacks_of_others_are_no_entries_and_entries_are_sorted() -> None:
    entries = list_environments(declaring(DEV, ALPHA), {HOME}, [deployed("toolkit", tagged=False), deployed("dev/a")])

    assert [entry.name for entry in entries] == ["dev/a", "dev/alpha", "dev/base"]


def test_what_is_declared_wrongly_is_neither_missing_nor_undeclared() -> None:
    declared = replace(declaring(ALPHA), by_name={}, wrong={ALPHA.name: ()})

    (entry,) = list_environments(declared, {HOME}, [deployed("dev/alpha")])

    assert (entry.declared, entry.wrong, entry.state) == (True, True, "deployed")


def test_a_declaration_that_cannot_be_read_counts_where_it_is_deployed() -> None:
    declared = replace(declaring(), names=frozenset({ALPHA.name}), wrong={ALPHA.name: ()})

    (entry,) = list_environments(declared, {HOME}, [deployed("dev/alpha")])

    assert (entry.declared, entry.wrong, entry.kind) == (True, True, "ad-hoc-app")
