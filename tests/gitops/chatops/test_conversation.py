"""What jobs answer, and what they do to the default branch, without AWS."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from gitops.github.proposals import requesters_in
from tests.fake_github.faults import Outcome
from tests.gitops.checkouts import DAYS_TO_LIVE, REPOSITORY
from tests.workflows.harness.permissions import token_of

if TYPE_CHECKING:
    from tests.gitops.chatops.conftest import Conversation

pytestmark = pytest.mark.processes

ALPHA = "environments/dev/alpha.yaml"
NOTHING: dict[str, list[object]] = {"git": [], "read": [], "deploy": [], "production": [], "destroy": []}


def today() -> date:
    return datetime.now(UTC).date()


def lines(text: str | None) -> list[str]:
    assert text is not None
    return text.splitlines()


@pytest.mark.parametrize("author", ["octocat", "monalisa"])
def test_prose_is_no_command_and_github_is_not_asked_anything(conversation: Conversation, author: str) -> None:
    ran = conversation.decide(conversation.comment(author, "Looks good!\n> /destroy dev/alpha\n/etc/passwd"))

    assert ran.process.returncode == 0
    assert ran.outputs == NOTHING
    assert conversation.github.calls == []


@pytest.mark.parametrize("kind", ["bot", "edited", "issue"])
def test_bots_edits_and_issues_order_nothing_and_github_is_not_asked_anything(
    conversation: Conversation, kind: str
) -> None:
    payload = conversation.github.comment(conversation.number, "monalisa", "/destroy dev/alpha")
    match kind:
        case "bot":
            payload["comment"]["user"]["type"] = "Bot"
        case "edited":
            payload = conversation.github.edit_comment(payload["comment"]["id"], "/destroy dev/beta")
        case "issue":
            del payload["issue"]["pull_request"]
    event = conversation.event(payload)

    for ran in (conversation.decide(event), conversation.run(event, "git", "--perform", "0")):
        assert ran.process.returncode == 0
    assert conversation.github.calls == []


@pytest.mark.parametrize("author", ["hubot", "stranger"])
@pytest.mark.parametrize("body", ["/destroy dev/alpha", "/destory", "/help"])
def test_without_write_permission_there_is_a_reaction_and_no_answer(
    conversation: Conversation, author: str, body: str
) -> None:
    event = conversation.comment(author, body)

    decided = conversation.decide(event)
    performed = conversation.run(event, "git", "--perform", "0")

    for ran in (decided, performed):
        assert ran.process.returncode == 0
        assert "ignored" in ran.process.stderr
    assert decided.outputs == NOTHING
    assert conversation.answers == []
    assert conversation.reactions(event) == ["confused"]
    assert {call.path.partition("/permission")[0] for call in conversation.github.calls if call.method == "GET"} == {
        f"/collaborators/{author}"
    }
    assert "A comment was ignored" in conversation.summary


def test_a_run_that_somebody_else_starts_again_does_nothing(conversation: Conversation) -> None:
    event = conversation.comment("monalisa", "/lock dev/alpha mine")

    ran = conversation.run(event, "git", "--perform", "0", GITHUB_TRIGGERING_ACTOR="octocat")

    assert "ignored" in ran.process.stderr
    assert "lock" not in (conversation.github.read(ALPHA) or "")


def test_a_permission_that_cannot_be_asked_is_none(conversation: Conversation) -> None:
    conversation.github.fault("GET", "/collaborators/*/permission", Outcome.FORBIDDEN)

    ran = conversation.decide(conversation.comment("monalisa", "/destroy dev/alpha"))

    assert ran.process.returncode == 1
    assert ran.outputs == NOTHING
    assert conversation.github.writes == []


def test_steps_go_to_the_jobs_that_may_do_them(conversation: Conversation) -> None:
    body = "/status\n/extend 3d\n/deploy dev/beta v2\n/destroy dev/beta\n/wake dev/beta"
    event = conversation.comment("monalisa", body)

    ran = conversation.decide(event)

    assert ran.process.returncode == 0, ran.process.stderr
    assert ran.steps == [
        ("git", "dev/alpha"),
        ("git", "dev/beta"),
        ("read", ""),
        ("read", "dev/beta"),
        ("deploy", "dev/beta"),
        ("deploy", "dev/beta"),
    ]
    assert [entry["order"] for job in ("git", "read", "deploy") for entry in ran.outputs[job]] == [1, 2, 0, 4, 3, 5]
    assert ran.outputs["deploy"][0] == {
        "order": 3,
        "account": "main",
        "role_variable": "AWS_ROLE_ARN_MAIN",
        "region": "us-east-1",
        "environment": "dev/beta",
        "slug": "dev-beta",
        "approval": "ad-hoc-destroy-approval",
    }
    assert conversation.reactions(event) == ["eyes"]
    assert conversation.answers == []


@pytest.mark.parametrize("tag", ["a1b2c3d", "main-42", "v2", "20261127"])
def test_a_word_that_names_no_environment_is_an_image(conversation: Conversation, tag: str) -> None:
    ran = conversation.decide(conversation.comment("octocat", f"/deploy {tag}"))

    assert ran.steps == [("git", "dev/alpha"), ("deploy", "dev/alpha")], conversation.answers

    conversation.run(conversation.comment("octocat", f"/deploy {tag}"), "git", "--perform", "0")

    assert f"image: {tag}" in (conversation.github.read(ALPHA) or "").replace('"', "")


def test_a_word_that_names_a_base_is_no_image(conversation: Conversation) -> None:
    ran = conversation.decide(conversation.comment("octocat", "/deploy dev"))

    assert ran.steps == [("deploy", "dev/base")]


def test_production_is_deployed_by_the_job_that_asks_for_approval(conversation: Conversation) -> None:
    conversation.checkout.base("prod", cidr="10.30.0.0/16")
    conversation.checkout.app("prod/app")
    conversation.push()

    ran = conversation.decide(conversation.comment("octocat", "/deploy prod/app"))

    assert ran.steps == [("production", "prod/app")]


@pytest.mark.parametrize(
    ("author", "body", "told"),
    [
        ("monalisa", "/destory dev/alpha", "did you mean `/destroy`?"),
        ("octocat", "/destroy dev/alhpa", "did you mean dev/alpha?; an administrator"),
        ("octocat", "/destroy qa/xx", "qa/xx is not declared on main"),
        (
            "octocat",
            "/deploy alpah",
            "alpah is not a base; did you mean dev/alpha? If it is an image: `/deploy dev/alpha alpah`",
        ),
        ("octocat", "/deploy dve", "did you mean dev/base?"),
        ("octocat", "/deploy v1 dev/alpha", "write `/deploy [NAME] [IMAGE]`"),
        ("monalisa", "/destroy accounts/main", "gitops bootstrap"),
        ("monalisa", "/extend dev 3d", "is for ad hoc apps"),
        ("monalisa", "/confirm dev/alpha abcdefghijklmnop", "was answered with this token"),
        ("octocat", "/destroy dev", "administrators"),
        ("writer", "/destroy", "only its owner or an administrator"),
    ],
)
def test_what_is_refused_is_answered_and_nothing_of_the_comment_is_done(
    conversation: Conversation, author: str, body: str, told: str
) -> None:
    conversation.github.set_role("writer", "write")
    event = conversation.comment(author, f"{body}\n/status\n/extend dev/alpha 1d")

    ran = conversation.decide(event)

    assert ran.process.returncode == 0, ran.process.stderr
    assert ran.outputs == NOTHING
    (answer,) = conversation.answers
    assert "No command in this comment was run" in answer
    assert told in answer.replace("\\", "")
    assert conversation.reactions(event) == ["eyes", "confused"]


def test_the_name_is_needed_where_more_than_one_environment_is_touched(conversation: Conversation) -> None:
    conversation.github.commit({"environments/dev/beta.yaml": "kind: ad-hoc-app\n", "README.md": "x"}, branch="alpha")

    ran = conversation.decide(conversation.comment("octocat", "/destroy"))

    assert ran.outputs == NOTHING
    assert "touches 2 environments (dev/alpha, dev/beta); name one" in conversation.answers[0].replace("\\", "")


def test_help_is_answered_at_once(conversation: Conversation) -> None:
    event = conversation.comment("octocat", "/help")

    ran = conversation.decide(event)

    assert ran.outputs == NOTHING
    assert "| `/confirm NAME TOKEN` |" in conversation.answers[0]
    assert conversation.reactions(event) == ["eyes", "rocket"]


def test_extend_moves_expires_and_nothing_else_of_the_file(conversation: Conversation) -> None:
    declared = lines(conversation.github.read(ALPHA))
    conversation.github.commit({ALPHA: "\r\n".join(["# mine", *declared])})
    conversation.pull()

    event, _ = conversation.order("octocat", "/extend 3d")

    expires = today() + timedelta(days=DAYS_TO_LIVE + 3)
    before = today() + timedelta(days=DAYS_TO_LIVE)
    wanted = [line.replace(str(before), str(expires)) for line in ["# mine", *declared]]
    assert conversation.github.read(ALPHA) == "\r\n".join(wanted)
    assert f"expires after {expires}" in conversation.answers[0]
    assert conversation.reactions(event) == ["eyes", "rocket"]


def test_what_has_expired_is_extended_from_today(conversation: Conversation) -> None:
    text = conversation.github.read(ALPHA) or ""
    conversation.github.commit({ALPHA: text.replace(str(today() + timedelta(days=DAYS_TO_LIVE)), "2026-01-01")})
    conversation.pull()

    conversation.order("octocat", "/extend 3d")

    assert f"expires: {today() + timedelta(days=3)}" in lines(conversation.github.read(ALPHA))


def test_the_policy_of_the_base_limits_how_far(conversation: Conversation) -> None:
    before = conversation.github.head()

    event, ran = conversation.order("octocat", "/extend 30d")

    assert [one.process.returncode for one in ran] == [0, 0]
    assert conversation.github.head() == before
    assert "this base allows at most 14" in conversation.answers[0]
    assert conversation.reactions(event) == ["eyes", "confused"]


def test_lock_and_unlock_are_commits_that_leave_the_file_as_it_was(conversation: Conversation) -> None:
    before = conversation.github.read(ALPHA)

    conversation.order("octocat", "/lock dev/alpha a demonstration: {today}, *really*")
    locked = conversation.github.read(ALPHA) or ""
    conversation.pull()
    refused = conversation.decide(conversation.comment("octocat", "/deploy dev/alpha"))
    conversation.order("octocat", "/unlock dev/alpha")

    assert locked.startswith(before or "-")
    today = datetime.now(UTC).date()
    assert f'lock: {{by: octocat, since: {today}, reason: "a demonstration: {{today}}, *really*"}}' in locked
    assert refused.outputs == NOTHING
    assert conversation.github.read(ALPHA) == before
    assert len(conversation.answers) == 3


def test_the_lock_of_the_file_as_it_is_now_counts_not_that_of_the_checkout(conversation: Conversation) -> None:
    event = conversation.comment("octocat", "/deploy dev/alpha v2")
    ran = conversation.decide(event)
    text = conversation.github.read(ALPHA) or ""
    conversation.github.commit({ALPHA: f"{text}lock: {{by: monalisa, reason: mine}}\n"})
    before = conversation.github.head()

    conversation.perform(event, ran, "git")

    assert conversation.github.head() == before
    assert "locked by monalisa" in conversation.answers[0].replace("\\", "")


def test_a_new_image_is_a_commit(conversation: Conversation) -> None:
    event = conversation.comment("octocat", "/deploy v1.2.3")
    ran = conversation.decide(event)

    conversation.perform(event, ran, "git")

    assert ran.steps == [("git", "dev/alpha"), ("deploy", "dev/alpha")]
    assert "image: v1.2.3" in lines(conversation.github.read(ALPHA))
    assert "of their own" not in conversation.answers[0]


def test_a_new_image_leaves_those_of_services_and_says_so(conversation: Conversation) -> None:
    text = conversation.github.read(ALPHA) or ""
    conversation.github.commit({ALPHA: f"{text}services: {{web: {{image: v9}}, worker: {{}}}}\n"})
    event = conversation.comment("octocat", "/deploy v1.2.3")

    conversation.perform(event, conversation.decide(event), "git")

    assert "image: v1.2.3" in lines(conversation.github.read(ALPHA))
    assert "services: {web: {image: v9}, worker: {}}" in lines(conversation.github.read(ALPHA))
    assert "`v1.2.3`; services with an image of their own keep it: web v9" in conversation.answers[0].replace("\\", "")


def test_where_the_branch_is_protected_a_pull_request_proposes_the_change_once(conversation: Conversation) -> None:
    conversation.github.protect()
    before = conversation.github.head()
    event = conversation.comment("octocat", "/lock dev/alpha x")
    ran = conversation.decide(event)

    conversation.perform(event, ran, "git")
    conversation.perform(event, ran, "git")

    assert conversation.github.head() == before
    assert all("so nothing has changed yet: #2 proposes it" in answer for answer in conversation.answers)
    assert len(conversation.answers) == 2
    proposal = conversation.github.pull_request(2)
    assert proposal.head_ref.startswith("gitops/dev-alpha-")
    assert requesters_in(conversation.github.git.message(proposal.head_sha)) == ["octocat"]
    lock = f"lock: {{by: octocat, since: {datetime.now(UTC).date()}, reason: x}}"
    assert lock in lines(conversation.github.read(ALPHA, proposal.head_ref))


def test_a_commit_that_github_refuses_is_told(conversation: Conversation) -> None:
    conversation.github.fault("PUT", "/contents/*", Outcome.SERVER_ERROR)
    event = conversation.comment("octocat", "/lock dev/alpha x")

    (ran,) = conversation.perform(event, conversation.decide(event), "git")

    assert ran.process.returncode == 1
    assert "Command failed" in conversation.answers[0]
    assert conversation.reactions(event) == ["eyes", "confused"]


INJECTIONS = [
    "/destory $(touch PWNED); `touch PWNED`",
    "/destory ${{ github.token }}",
    "/destory ::set-output name=git::[1]\n::add-mask::x",
    "/destory <img src=x onerror=alert(1)> @octocat #1 [x](http://example.com)",
    "/destory dev/alpha |\n\n| a | b |",
    "/destory ``` \n/status",
]


@pytest.mark.parametrize("body", INJECTIONS)
def test_what_a_comment_injects_stays_text(conversation: Conversation, body: str) -> None:
    ran = conversation.decide(conversation.comment("monalisa", body))

    assert ran.process.returncode == 0, ran.process.stderr
    assert ran.outputs == NOTHING
    assert "PWNED" not in {path.name for path in conversation.checkout.root.iterdir()}
    assert "::set-output" not in ran.process.stdout + ran.process.stderr
    (answer,) = conversation.answers
    (said,) = [line for line in answer.splitlines() if line.startswith("- ")]
    # All of what was written is inside one span of code.
    assert said.startswith("- `")
    assert said.count("`/destroy`") == 1


def test_a_comment_of_65_kilobytes_is_read_and_answered(conversation: Conversation) -> None:
    ran = conversation.decide(conversation.comment("monalisa", ("/zz <br>\n" * 8192)[:65_000]))

    assert ran.process.returncode == 0, ran.process.stderr
    assert ran.outputs == NOTHING
    assert "begin with a slash" in conversation.answers[0]


def test_deciding_imports_neither_boto3_nor_the_cdk(conversation: Conversation) -> None:
    event = conversation.comment("monalisa", "/status\n/extend 3d\n/deploy dev/beta v2\n/destroy dev/beta")
    code = (
        "import sys; from gitops.__main__ import main; code = main(['command']); "
        "print(sorted({'aws_cdk', 'boto3', 'botocore'} & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    github = conversation.github
    environ = {
        "GITHUB_API_URL": github.url,
        "GITHUB_EVENT_PATH": str(event.file),
        "GITHUB_REPOSITORY": github.repository,
        "GITHUB_RUN_ID": "1",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_SHA": github.head(),
        "GITHUB_TOKEN": token_of(github, "command/decide"),
        "PYTHONPATH": str(REPOSITORY),
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=conversation.checkout.root,
        env=environ,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["git"]
    assert done.stderr.splitlines()[-1] == "[]"


def test_a_forged_record_in_a_comment_of_somebody_else_counts_for_nothing(conversation: Conversation) -> None:
    record = base64.b64encode(json.dumps({"environment": "dev/beta"}).encode()).decode()
    conversation.comment("octocat", f"<!-- gitops:confirmation {record} -->")

    ran = conversation.decide(conversation.comment("octocat", "/confirm dev/beta abcdefghijklmnop"))

    assert ran.outputs == NOTHING
    assert "was answered with this token" in conversation.answers[0].replace("\\", "")
