"""How plans look. `make bless` accepts a changed comment; its file in tests/golden/comments is what GitHub is given."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from gitops.github.actions import SUMMARY_BYTES
from gitops.github.sticky_comment import COMMENT_LENGTH
from gitops.plan.comment import render
from gitops.plan.document import ChangeSetResult, ChangeSets, Plan
from gitops.templates.differences import Detail, Grant
from tests.gitops.plan.plans import HEAD, RUN_URL, change, many, mixed, planned

GOLDEN = Path(__file__).parents[2] / "golden" / "comments"
LONG = tuple(
    change("update", f"Topic{number}", details=(Detail(path="Name", before="a", after="b"),)) for number in range(40)
)
HOSTILE = (
    "<script>alert(1)</script> [x](javascript:x) @octocat ](http://evil) | `a` -->\n# Heading\u202e ![i](u) ``` :tada:"
)

COMMENTS = {
    "no-environment": (Plan(environments=(), unchanged=6), COMMENT_LENGTH),
    "one-environment": (many(1), COMMENT_LENGTH),
    "one-of-everything": (mixed(), COMMENT_LENGTH),
    "sixty-environments": (many(60), COMMENT_LENGTH),
    "at-the-limit": (many(60, changes=LONG), COMMENT_LENGTH),
}


def rendered(
    plan: Plan, *, limit: int = COMMENT_LENGTH, former: str = "", change_sets: tuple[ChangeSets, ...] = ()
) -> str:
    return render(plan, change_sets, head=HEAD, limit=limit, run_url=RUN_URL, former=former)


@pytest.mark.parametrize("name", COMMENTS)
def test_comment_is_the_reviewed_one(name: str) -> None:
    plan, limit = COMMENTS[name]
    golden = GOLDEN / f"plan-{name}.md"
    text = rendered(plan, limit=limit) + "\n"
    if os.environ.get("BLESS"):
        golden.write_text(text)
    assert text == golden.read_text(), f"{golden.name} differs; if that is meant: make bless, and read the diff"


def test_every_reviewed_comment_is_compared() -> None:
    assert sorted(path.name for path in GOLDEN.glob("plan-*")) == sorted(f"plan-{name}.md" for name in COMMENTS)


@pytest.mark.parametrize("limit", [800, 2_000, 10_000, COMMENT_LENGTH])
@pytest.mark.parametrize("count", [0, 1, 60, 500])
def test_no_comment_is_longer_than_it_may_be(limit: int, count: int) -> None:
    body = rendered(many(count, changes=LONG, refusals=("because",)), limit=limit)

    assert len(body.encode()) <= limit
    assert body.count("<details>") == body.count("</details>")


def test_all_of_it_fits_into_the_summary_of_a_job() -> None:
    body = rendered(many(200, changes=LONG), limit=SUMMARY_BYTES - 1)

    assert body.count("<details>") == 200
    assert "shortened" not in body


def test_what_is_left_out_is_said_with_where_it_can_be_read() -> None:
    body = rendered(many(60, changes=LONG), limit=20_000)

    assert f"[the summary of the run]({RUN_URL}) has all of it" in body
    assert "shortened" not in rendered(many(60))


def test_what_matters_least_is_shortened_first() -> None:
    grave = planned("dev/grave", changes=(change("destroy", "Database", "AWS::RDS::DBInstance"), *LONG))
    plan = Plan(environments=(*many(60, changes=LONG).environments, grave), unchanged=0)

    body = rendered(plan, limit=30_000)

    details = body.split("<details>")[1:]
    assert "dev/grave" in details[0]
    assert "`Topic39`" in details[0]
    assert "`Topic39`" not in details[-1]
    assert body.index("dev/grave") < body.index("dev/app000")


def test_destruction_and_replacement_come_first_and_in_bold() -> None:
    body = rendered(mixed())

    place = body.index
    assert place("**destroyed: `Queue`") < place("**replaced: `Database`") < place("- updated: `Topic`")
    assert place("- updated: `Topic`") < place("- created: 2 AWS::SNS::Topic")
    assert "AWS::RDS::DBInstance)**, **holds data**" in body


def test_what_cloudformation_says_replaces_what_templates_tell_and_is_named_so() -> None:
    asked = ChangeSetResult(
        environment="dev/alpha", changes=(change("replace", "Queue", "AWS::SQS::Queue"),), drifted=True
    )
    plan = Plan(environments=(planned("dev/alpha"), planned("dev/beta")), unchanged=0)

    body = rendered(plan, change_sets=(ChangeSets(account="main", results=(asked,)),))

    rows = {line.split("|")[1].strip(): line for line in body.splitlines() if line.startswith("| `")}
    assert "**1 replaced**" in rows["`dev/alpha`"]
    assert rows["`dev/alpha`"].endswith("| change set |")
    assert rows["`dev/beta`"].endswith("| templates |")
    assert "the deployed template differs from the one declared before" in body
    assert "DisplayName" not in body.split("dev/beta")[0]


def test_why_there_is_no_change_set_is_said_and_the_templates_stay() -> None:
    asked = ChangeSetResult(environment="dev/alpha", changes=None, note="no change set: its stack is in ROLLBACK")

    body = rendered(many(0), change_sets=()) + rendered(
        Plan(environments=(planned(),), unchanged=0), change_sets=(ChangeSets(account="main", results=(asked,)),)
    )

    assert "no change set" in body
    assert "| templates |" in body


def test_what_only_cloudformation_refuses_is_refused() -> None:
    asked = ChangeSetResult(environment="dev/alpha", changes=(), refusals=("would replace a bucket",))

    body = rendered(
        Plan(environments=(planned(),), unchanged=0), change_sets=(ChangeSets(account="main", results=(asked,)),)
    )

    assert "would replace a bucket" in body
    assert "1 environment is refused" in body


def test_the_table_of_the_plan_before_stays_folded_and_does_not_grow() -> None:
    first = rendered(many(1))
    second = rendered(many(2), former=first)
    third = rendered(many(3), former=second)
    again = rendered(many(3), former=third)

    assert "Previous plan" not in first
    assert second.count("Previous plan") == third.count("Previous plan") == 1
    assert third.split("Previous plan")[1].count("| `dev/app") == 2
    assert again == third, "the same plan once more changes nothing"


def test_a_former_comment_about_something_else_is_not_kept() -> None:
    assert "Previous plan" not in rendered(many(1), former="## Deployed\n\nhttps://alpha.dev.example.com")


def test_what_others_wrote_is_shown_and_does_nothing() -> None:
    hostile = replace(
        planned(),
        reason=HOSTILE,
        refusals=(HOSTILE,),
        warnings=(HOSTILE,),
        url="https://evil.example.com/)](x)",
        changes=(
            change("update", HOSTILE, HOSTILE, details=(Detail(path=HOSTILE, before=HOSTILE, after=HOSTILE),)),
            change("replace", HOSTILE, HOSTILE, cause=HOSTILE),
            change("create", HOSTILE, HOSTILE),
        ),
        other=(HOSTILE,),
        grants=(Grant(kind="policy", who=HOSTILE, what=HOSTILE, on=HOSTILE, when=HOSTILE),),
    )
    asked = ChangeSetResult(environment="dev/alpha", changes=None, note=HOSTILE, refusals=(HOSTILE,))

    body = rendered(
        Plan(environments=(hostile,), unchanged=0), change_sets=(ChangeSets(account="main", results=(asked,)),)
    )

    outside = without_code(body)
    assert "<script" not in outside
    assert "@octocat" not in outside
    assert "](" not in outside
    assert "\u202e" not in body
    assert "\n# Heading" not in body
    assert "evil.example.com" not in body, "an address that is not one is not shown"
    table = [line for line in body.splitlines() if line.startswith("| `")]
    assert len(table) == 1
    assert table[0].count("|") == 8


def without_code(body: str) -> str:
    """Return what is neither escaped nor in a span of code, as GitHub's Markdown reads it."""
    return re.sub(r"\\.|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", body)
