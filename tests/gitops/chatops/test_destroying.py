"""`/destroy` and `/confirm`, against GitHub's and AWS's stand-ins."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gitops.github.proposals import requesters_in
from tests.fake_github.faults import Outcome
from tests.fake_github.state import BOT
from tests.gitops.checkouts import Checkout

if TYPE_CHECKING:
    from tests.gitops.chatops.conftest import Conversation, Event, Ran

ALPHA = "environments/dev/alpha.yaml"
RESOURCES = {
    "Uploads": {"Type": "AWS::S3::Bucket"},
    "Kept": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"},
    "Topic": {"Type": "AWS::SNS::Topic"},
}


class Destruction:
    """dev/alpha is deployed, and somebody asks to destroy it."""

    def __init__(self, conversation: Conversation) -> None:
        assert isinstance(conversation.checkout, Checkout)
        self.conversation, self.checkout, self.github = conversation, conversation.checkout, conversation.github
        self.checkout.create_stack("dev/base", kind="ad-hoc-base")
        self.checkout.create_stack("dev/alpha", RESOURCES)

    def ask(self, author: str = "octocat") -> str:
        """Comment `/destroy` and return the token."""
        self.conversation.order(author, "/destroy")
        return self.token

    @property
    def token(self) -> str:
        found = re.search(r"^/confirm (\S+ \S+)$", self.conversation.answers[-1], re.MULTILINE)
        assert found is not None, self.conversation.answers[-1]
        return found[1]

    def confirm(self, token: str, author: str = "octocat") -> tuple[Event, list[Ran]]:
        return self.conversation.order(author, f"/confirm {token}")

    @property
    def inventory(self) -> int:
        """The id of the comment with the token."""
        return next(c.id for c in self.github.comments(self.conversation.number) if "gitops:confirmation" in c.body)

    @property
    def stands(self) -> bool:
        return self.github.read(ALPHA) is not None and "dev-alpha" in self.checkout.statuses()

    @property
    def is_gone(self) -> bool:
        return self.github.read(ALPHA) is None and set(self.checkout.statuses()) == {"dev-base"}

    def last_answer(self) -> str:
        return self.conversation.answers[-1].replace("\\", "")


@pytest.fixture
def destruction(conversation_with_aws: Conversation) -> Destruction:
    return Destruction(conversation_with_aws)


def test_destroy_shows_what_would_go_and_touches_nothing(destruction: Destruction) -> None:
    event, ran = destruction.conversation.order("octocat", "/destroy")

    assert [one.process.returncode for one in ran] == [0, 0], ran[-1].process.stderr
    answer = destruction.last_answer()
    assert "| `AWS::S3::Bucket` | 2 |" in answer
    holding = answer.partition("These hold data")[2].partition("<details>")[0]
    assert holding.count("AWS::S3::Bucket") == 2
    assert ": kept" in holding
    assert "SNS" not in holding
    assert "US dollars a month" in answer
    assert "octocat comments within 15 minutes" in answer
    assert re.search(r"^/confirm dev/alpha [a-z2-7]{16}$", answer, re.MULTILINE)
    assert destruction.conversation.reactions(event) == ["eyes", "rocket"]
    assert destruction.stands


def test_confirm_takes_the_file_out_of_git_and_the_stack_out_of_aws(destruction: Destruction) -> None:
    token = destruction.ask()

    event, ran = destruction.confirm(token)

    assert [one.process.returncode for one in ran] == [0, 0], ran[-1].process.stderr
    assert ran[0].steps == [("destroy", "dev/alpha")]
    assert destruction.is_gone
    assert "is destroyed" in destruction.last_answer()
    assert "kept: AWS::S3::Bucket" in destruction.last_answer()
    inventory = destruction.conversation.answers[0]
    assert f"used-by:{event.comment_id}" in inventory.partition("\n")[0]
    assert "Used by [this comment]" in inventory
    assert destruction.conversation.reactions(event) == ["eyes", "rocket"]
    assert destruction.github.read("environments/dev/beta.yaml") is not None


def test_an_administrator_destroys_what_is_deployed_and_not_declared(destruction: Destruction) -> None:
    destruction.checkout.create_stack("dev/left", {"Topic": RESOURCES["Topic"]})
    refused = destruction.conversation.order("octocat", "/destroy dev/left")[1]
    assert "an administrator of this repository may destroy what is left of it" in destruction.last_answer()
    assert refused[0].steps == []

    destruction.conversation.order("monalisa", "/destroy dev/left")
    assert "it has no file on the default branch" in destruction.last_answer()
    _, ran = destruction.confirm(destruction.token, "monalisa")

    assert [one.process.returncode for one in ran] == [0, 0], ran[-1].process.stderr
    assert "dev/left is destroyed" in destruction.last_answer().replace("`", "").replace("*", "")
    assert "dev-left" not in destruction.checkout.statuses()
    assert destruction.stands


def test_what_was_left_over_and_is_declared_meanwhile_stays(destruction: Destruction) -> None:
    destruction.checkout.create_stack("dev/left", {"Topic": RESOURCES["Topic"]})
    destruction.conversation.order("monalisa", "/destroy dev/left")
    alpha = destruction.github.read("environments/dev/alpha.yaml")
    destruction.github.commit({"environments/dev/left.yaml": alpha})

    destruction.confirm(destruction.token, "monalisa")

    said = destruction.last_answer().replace("`", "").replace("*", "")
    assert "dev/left was declared again on the default branch, so it was not destroyed" in said
    assert "dev-left" in destruction.checkout.statuses()
    assert destruction.github.read("environments/dev/left.yaml") == alpha


def test_what_is_neither_declared_nor_deployed_is_not_destroyed(destruction: Destruction) -> None:
    destruction.conversation.order("monalisa", "/destroy dev/alhpa")

    assert (
        "it is not deployed, and dev/alhpa is not declared on main; did you mean dev/alpha?"
        in destruction.last_answer()
    )
    assert "/confirm" not in destruction.last_answer()
    assert destruction.stands


def test_production_without_a_file_is_not_destroyed_by_comment(destruction: Destruction) -> None:
    destruction.checkout.create_stack("qa/app", {"Topic": RESOURCES["Topic"]}, kind="prod-app")

    destruction.conversation.order("monalisa", "/destroy qa/app")

    assert "qa/app is production and not declared" in destruction.last_answer()
    assert "/confirm" not in destruction.last_answer()
    assert "qa-app" in destruction.checkout.statuses()


def test_a_token_that_github_does_not_list_yet_is_refused_and_good_a_moment_later(destruction: Destruction) -> None:
    destruction.github.lag(1)
    token = destruction.ask()
    destruction.github.lag(0)

    destruction.confirm(token)
    refused, stands = destruction.last_answer(), destruction.stands
    destruction.confirm(token)

    assert stands
    assert "was answered with this token" in refused
    assert destruction.is_gone


def test_the_comment_that_had_the_plan_says_what_became_of_it(destruction: Destruction) -> None:
    number = destruction.conversation.number
    conversation = destruction.conversation
    for topic in ("environments", "other"):
        body = f"<!-- gitops:{topic} -->\nthe plan"
        conversation.github.state.comments[
            conversation.github.comment(number, "octocat", body)["comment"]["id"]
        ].author = BOT

    destruction.confirm(destruction.ask())

    plan, other = conversation.answers[:2]
    assert plan.startswith("<!-- gitops:environments -->")
    assert "destroyed" in plan
    assert "dev/alpha" in plan
    assert other == "<!-- gitops:other -->\nthe plan"


def test_the_claim_is_written_before_anything_goes(destruction: Destruction) -> None:
    token = destruction.ask()
    destruction.github.forget_calls()

    destruction.confirm(token)

    claim = destruction.github.writes.index(f"PATCH /issues/comments/{destruction.inventory}")
    assert claim < destruction.github.writes.index(f"DELETE /contents/{ALPHA}")


def test_a_token_that_cannot_be_claimed_destroys_nothing(destruction: Destruction) -> None:
    token = destruction.ask()
    destruction.github.fault("PATCH", "/issues/comments/*", Outcome.SERVER_ERROR)

    _, ran = destruction.confirm(token)

    assert ran[-1].process.returncode == 1
    assert destruction.stands


def test_an_expired_token_is_refused(destruction: Destruction) -> None:
    destruction.github.let_pass(-timedelta(minutes=16))
    token = destruction.ask()
    destruction.github.let_pass(timedelta(minutes=16))

    _, ran = destruction.confirm(token)

    assert ran[0].steps == []
    assert "has expired" in destruction.last_answer()
    assert destruction.stands


def test_reviewers_may_take_longer_than_the_token_lasts(destruction: Destruction) -> None:
    destruction.github.let_pass(-timedelta(minutes=20))
    token = destruction.ask()
    destruction.github.let_pass(timedelta(minutes=4))
    event = destruction.conversation.comment("octocat", f"/confirm {token}")
    destruction.github.let_pass(timedelta(minutes=16))

    decided = destruction.conversation.decide(event)
    (approved,) = destruction.conversation.perform(event, decided, "destroy")

    assert approved.process.returncode == 0, approved.process.stderr
    assert destruction.is_gone


def test_an_approval_after_eight_days_destroys_nothing_and_says_the_limit(destruction: Destruction) -> None:
    destruction.github.let_pass(-timedelta(days=8))
    token = destruction.ask()
    event = destruction.conversation.comment("octocat", f"/confirm {token}")
    destruction.github.let_pass(timedelta(days=8))

    approved = destruction.conversation.run(event, "destroy", "--perform", "0")

    assert approved.process.returncode == 0, approved.process.stderr
    assert "approved more than 7 days later" in destruction.last_answer()
    assert "used-by" not in destruction.conversation.answers[0]
    assert destruction.stands


def test_a_token_of_somebody_else_is_refused_even_to_an_administrator(destruction: Destruction) -> None:
    token = destruction.ask()

    _, ran = destruction.confirm(token, "monalisa")

    assert ran[0].steps == []
    assert "this token is for octocat" in destruction.last_answer()
    assert destruction.stands


@pytest.mark.parametrize("author", ["hubot", "stranger"])
def test_a_token_is_worth_nothing_to_outsiders(destruction: Destruction, author: str) -> None:
    token = destruction.ask()

    event, ran = destruction.confirm(token, author)

    assert ran[0].steps == []
    assert destruction.conversation.reactions(event) == ["confused"]
    assert len(destruction.conversation.answers) == 1
    assert destruction.stands


def test_whoever_lost_the_permission_meanwhile_destroys_nothing(destruction: Destruction) -> None:
    token = destruction.ask()
    event = destruction.conversation.comment("octocat", f"/confirm {token}")
    decided = destruction.conversation.decide(event)
    destruction.github.set_role("octocat", "read")

    destruction.conversation.perform(event, decided, "destroy")

    assert destruction.stands


def test_a_used_token_is_refused_to_another_comment(destruction: Destruction) -> None:
    token = destruction.ask()
    destruction.confirm(token)
    destruction.conversation.push()  # somebody declares and deploys it again
    destruction.checkout.create_stack("dev/alpha", RESOURCES)

    _, ran = destruction.confirm(token)

    assert ran[0].steps == []
    assert "used already" in destruction.last_answer()
    assert destruction.stands


def test_an_old_confirmation_run_again_does_not_destroy_what_was_made_anew(destruction: Destruction) -> None:
    token = destruction.ask()
    event, ran = destruction.confirm(token)
    destruction.checkout.app("dev/alpha")
    destruction.conversation.push()
    destruction.checkout.create_stack("dev/alpha", RESOURCES)

    destruction.conversation.perform(event, ran[0], "destroy")

    assert "has changed since" in destruction.last_answer()
    assert destruction.stands


@pytest.mark.parametrize("mark", ["", " used-by:{comment}"])
def test_a_record_that_was_edited_counts_for_nothing(destruction: Destruction, mark: str) -> None:
    token = destruction.ask()
    event = destruction.conversation.comment("octocat", f"/confirm {token}")
    body = destruction.conversation.answers[0]
    edited = body.replace(" -->", f"{mark.format(comment=event.comment_id + 1)} -->", 1) + "\nharmless"
    destruction.github.edit_comment(destruction.inventory, edited)

    decided = destruction.conversation.decide(event)

    assert decided.steps == []
    assert destruction.stands


def test_a_record_in_a_comment_of_a_person_counts_for_nothing(destruction: Destruction) -> None:
    token = destruction.ask()
    body = destruction.conversation.answers[0]
    destruction.github.edit_comment(destruction.inventory, "gone")
    destruction.conversation.comment("octocat", body)

    _, ran = destruction.confirm(token)

    assert ran[0].steps == []
    assert "was answered with this token" in destruction.last_answer()
    assert destruction.stands


def test_a_token_of_another_pull_request_is_refused(destruction: Destruction) -> None:
    token = destruction.ask()
    destruction.github.commit({"README.md": "x"}, branch="other")
    destruction.conversation.number = destruction.github.open_pull_request(branch="other")

    _, ran = destruction.confirm(token)

    assert ran[0].steps == []
    assert destruction.stands


@pytest.mark.parametrize(
    ("forged", "problem"),
    [
        ("deleted", "is not on this pull request"),
        ("by another", "is not by octocat"),
        ("edited", "was edited"),
        ("for another environment", "does not ask to destroy dev/alpha"),
        ("prose", "does not ask to destroy dev/alpha"),
    ],
)
def test_a_record_whose_request_is_not_there_counts_for_nothing(
    destruction: Destruction, forged: str, problem: str
) -> None:
    """A workflow on a branch can write any record in the name of the robot."""
    token = destruction.ask()
    request = next(c for c in destruction.github.comments(destruction.conversation.number) if c.body == "/destroy")
    match forged:
        case "deleted":
            destruction.github.delete_comment(request.id)
        case "by another":
            request.author = "monalisa"
        case "edited":
            destruction.github.edit_comment(request.id, "/destroy dev/alpha")
        case "for another environment":
            request.body = "/destroy dev/beta"
        case _:
            request.body = "Shall I `/destroy` it?"

    _, ran = destruction.confirm(token)

    assert ran[0].steps == []
    assert problem in destruction.last_answer()
    assert destruction.stands


def test_a_token_is_for_the_environment_that_confirm_names(destruction: Destruction) -> None:
    token = destruction.ask("monalisa").replace("dev/alpha", "dev/beta")

    _, ran = destruction.confirm(token, "monalisa")

    assert ran[0].steps == []
    assert "this token is not for dev/beta" in destruction.last_answer()
    assert destruction.stands


def test_a_record_that_github_calls_updated_a_second_later_holds(destruction: Destruction) -> None:
    destruction.github.state.updated_plus_one = True

    _, ran = destruction.confirm(destruction.ask())

    assert ran[-1].process.returncode == 0, ran[-1].process.stderr
    assert destruction.is_gone


def test_what_has_changed_since_must_be_asked_about_again(destruction: Destruction) -> None:
    token = destruction.ask()
    template = '{"Resources": {"Other": {"Type": "AWS::SNS::Topic"}}}'
    destruction.checkout.cloudformation().update_stack(StackName="dev-alpha", TemplateBody=template)

    event, _ = destruction.confirm(token)

    assert "has changed since `/destroy` showed it" in destruction.last_answer()
    assert "used-by" not in destruction.conversation.answers[0]
    assert destruction.conversation.reactions(event) == ["eyes", "confused"]
    assert destruction.stands


def test_a_lock_that_came_meanwhile_holds(destruction: Destruction) -> None:
    token = destruction.ask()
    text = destruction.github.read(ALPHA) or ""
    destruction.github.commit({ALPHA: f"{text}lock: {{by: monalisa, reason: mine}}\n"})

    destruction.confirm(token)

    assert "locked by monalisa" in destruction.last_answer()
    assert destruction.stands


def test_when_git_does_not_let_go_of_the_file_nothing_is_destroyed(destruction: Destruction) -> None:
    token = destruction.ask()
    destruction.github.fault("DELETE", "/contents/*", Outcome.SERVER_ERROR)

    event, ran = destruction.confirm(token)

    assert ran[-1].process.returncode == 1
    assert "Command failed" in destruction.last_answer()
    assert destruction.conversation.reactions(event) == ["eyes", "confused"]
    assert destruction.stands


def test_the_same_run_started_again_finishes_what_failed(destruction: Destruction) -> None:
    token = destruction.ask()
    destruction.github.fault("DELETE", "/contents/*", Outcome.ANSWER_LOST, times=1)
    event, ran = destruction.confirm(token)
    assert ran[-1].process.returncode == 1
    assert destruction.github.read(ALPHA) is None
    assert "dev-alpha" in destruction.checkout.statuses()

    (again,) = destruction.conversation.perform(event, ran[0], "destroy")
    (once_more,) = destruction.conversation.perform(event, ran[0], "destroy")

    assert again.process.returncode == 0, again.process.stderr
    assert destruction.is_gone
    assert once_more.process.returncode == 0, once_more.process.stderr


def test_on_a_protected_branch_a_pull_request_waits_and_nothing_is_destroyed(destruction: Destruction) -> None:
    destruction.github.protect()
    token = destruction.ask()

    destruction.confirm(token)

    assert destruction.stands
    assert "#2 proposes it" in destruction.last_answer()
    # Checks of a pull request by a GitHub App start by themselves.
    assert "Approve workflows to run" not in destruction.last_answer()
    proposal = destruction.github.pull_request(2)
    assert destruction.github.read(ALPHA, proposal.head_ref) is None
    assert requesters_in(destruction.github.git.message(proposal.head_sha)) == ["octocat"]


@pytest.mark.parametrize("may_propose", [True, False])
def test_without_a_github_app_rules_of_main_make_a_pull_request_of_a_removal(
    destruction: Destruction, *, may_propose: bool
) -> None:
    """GitHub lets no rule of a branch be bypassed with the token of a job."""
    destruction.conversation.has_app = False
    destruction.github.state.jobs_may_propose = may_propose
    token = destruction.ask()

    destruction.confirm(token)

    assert destruction.stands
    if may_propose:
        assert "#2 proposes it" in destruction.last_answer()
        assert "*Approve workflows to run*" in destruction.last_answer()
    else:
        assert "Allow GitHub Actions to create and approve pull requests" in destruction.last_answer()
        assert len(destruction.github.state.issues) == 1


def test_a_base_with_apps_on_it_is_not_offered_for_destruction(destruction: Destruction) -> None:
    event, ran = destruction.conversation.order("monalisa", "/destroy dev")

    assert ran[-1].process.returncode == 0
    assert "dev/alpha (declared and deployed)" in destruction.last_answer()
    assert "/confirm" not in destruction.conversation.answers[-1]
    assert destruction.conversation.reactions(event) == ["eyes", "confused"]


@pytest.mark.parametrize("consent", [False, True])
def test_production_needs_consent_in_its_file_and_an_administrator(destruction: Destruction, *, consent: bool) -> None:
    destruction.checkout.base("prod", cidr="10.30.0.0/16")
    destruction.checkout.app("prod/app")
    file = destruction.checkout.root / "environments/prod/app.yaml"
    file.write_text(file.read_text() + ("destroy_by_comment: true\n" if consent else ""))
    destruction.conversation.push()
    destruction.checkout.create_stack("prod/app", kind="prod-app", protected=True)

    _, by_writer = destruction.conversation.order("octocat", "/destroy prod/app")
    _, by_administrator = destruction.conversation.order("monalisa", "/destroy prod/app")

    assert by_writer[0].steps == []
    assert by_administrator[0].steps == ([("read", "prod/app")] if consent else [])
    if consent:
        assert "It is production." in destruction.last_answer()
        destruction.confirm(destruction.token, "monalisa")
    assert ("prod-app" in destruction.checkout.statuses()) is not consent


def test_an_ad_hoc_environment_whose_folder_begins_like_production_is_destroyed_by_its_owner(
    conversation_with_aws: Conversation,
) -> None:
    """Production is a kind, not a name: products/alpha is planned, deployed and destroyed as any ad hoc app."""
    conversation, checkout = conversation_with_aws, conversation_with_aws.checkout
    assert isinstance(checkout, Checkout)
    checkout.base("products", cidr="10.60.0.0/16")
    checkout.app("products/alpha")
    file = checkout.root / "environments/products/alpha.yaml"
    declaration = file.read_text()
    file.unlink()
    conversation.push()
    assert checkout.gitops("deploy", "products").returncode == 0
    conversation.github.commit({"environments/products/alpha.yaml": declaration}, branch="products")
    conversation.number = conversation.github.open_pull_request(branch="products")

    conversation.order("octocat", "/plan")
    file.write_text(declaration)
    conversation.push()
    _, deployed = conversation.order("octocat", "/deploy")
    status = checkout.statuses().get("products-alpha")
    conversation.order("octocat", "/destroy")
    token = re.search(r"^/confirm (\S+ \S+)$", conversation.answers[-1], re.MULTILINE)
    assert token is not None, conversation.answers[-1]
    _, destroyed = conversation.order("octocat", token[0])

    assert any("products/alpha" in answer and "created" in answer for answer in conversation.answers)
    assert deployed[0].steps == [("deploy", "products/alpha")]
    assert status == "CREATE_COMPLETE"
    assert destroyed[-1].process.returncode == 0, destroyed[-1].process.stderr
    assert conversation.github.read("environments/products/alpha.yaml") is None
    assert "products-alpha" not in checkout.statuses()


def test_what_is_declared_and_not_deployed_is_only_taken_out_of_git(destruction: Destruction) -> None:
    destruction.conversation.order("octocat", "/destroy dev/beta")
    assert "declared and not deployed" in destruction.last_answer()

    destruction.confirm(destruction.token)

    assert destruction.github.read("environments/dev/beta.yaml") is None
    assert destruction.stands


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/collaborators/*/permission", Outcome.SERVER_ERROR),
        ("/collaborators/*/permission", Outcome.NOT_FOUND),
        ("/issues/*/comments", Outcome.RATE_LIMIT),
        ("/issues/*/comments", Outcome.CUT_OFF),
        ("/issues/*/comments", Outcome.EMPTY_LIST),
        ("/contents/*", Outcome.NOT_JSON),
        ("", Outcome.FORBIDDEN),
    ],
)
def test_what_github_does_not_answer_destroys_nothing(destruction: Destruction, path: str, outcome: Outcome) -> None:
    token = destruction.ask()
    event = destruction.conversation.comment("octocat", f"/confirm {token}")
    decided = destruction.conversation.decide(event)
    destruction.github.fault("GET", path, outcome)

    (ran,) = destruction.conversation.perform(event, decided, "destroy")

    assert "bug:" not in ran.process.stderr
    assert destruction.stands
