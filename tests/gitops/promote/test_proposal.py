"""What the pull request is called, says and is on."""

from __future__ import annotations

from constructs_lib.config.environments import parse_name
from gitops.promote.proposal import ImageChange, body_of, branch_of, title_of

ALPHA, APP = parse_name("dev/alpha"), parse_name("prod/app")


def test_the_same_environments_have_the_same_branch_in_any_order() -> None:
    assert branch_of([ALPHA, APP]) == branch_of([APP, ALPHA]) == "gitops/promote-dev-alpha-prod-app"
    assert branch_of([ALPHA]) != branch_of([APP])


def test_many_environments_have_a_branch_of_a_length_that_git_takes() -> None:
    many = [parse_name(f"dev/environment-{number}") for number in range(100)]

    assert len(branch_of(many)) < 100
    assert branch_of(many) != branch_of(many[1:])


def test_the_title_says_what_goes_where_and_where_it_is_from() -> None:
    changes = [ImageChange(name=ALPHA, before="v1", after="v2"), ImageChange(name=APP, before="v1", after="v2")]

    assert title_of(changes, None) == "Deploy v2 to dev/alpha, prod/app"
    assert title_of(changes[1:], ALPHA) == "Deploy v2 to prod/app, as on dev/alpha"


def test_what_others_wrote_is_no_markdown_in_the_description() -> None:
    change = ImageChange(name=APP, before="a|b", after="v2", warning="locked: @octocat <b>", services="kept: <i>")
    body = body_of([change], checks_wait=False)

    assert "| `prod/app` | `a¦b` | `v2` |" in body
    assert "@octocat" not in body
    assert "<b>" not in body
