"""`gitops request`: from a form to a pull request, on a GitHub of the test's own and without AWS."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from gitops.github.proposals import requesters_in
from tests.fake_github.faults import Outcome
from tests.fake_github.state import APP, BOT
from tests.gitops.chatops.forms.test_fields import body
from tests.workflows.harness.permissions import token_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.fake_github.fake import FakeGitHub
    from tests.fake_github.state import PullRequest
    from tests.gitops.checkouts import CommandLine

pytestmark = pytest.mark.processes

GAMMA = "environments/dev/gamma.yaml"
FORM = body(name="dev/gamma", image="v1.4.2", days="3")
ASKER, ADMIN, READER, STRANGER = "octocat", "monalisa", "hubot", "stranger"


@dataclass
class Desk:
    """A checkout with dev/base and dev/alpha, its default branch on GitHub, and the jobs of request.yml."""

    checkout: CommandLine
    github: FakeGitHub
    has_app: bool = True
    _files: Iterator[int] = field(default_factory=count)

    def job(self, event: Mapping[str, Any], job: str, **environ: str) -> tuple[subprocess.CompletedProcess[str], bool]:
        """Run a job; return it, and whether it has let the other one run."""
        number = next(self._files)
        file, output = self.checkout.root / f"event-{number}.json", self.checkout.root / f"output-{number}"
        file.write_text(json.dumps(event))
        given = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.github.url,
            "GITHUB_EVENT_PATH": str(file),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.checkout.root / "summary.md"),
            "GITHUB_REPOSITORY": self.github.repository,
            "GITHUB_RUN_ID": "1",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": self.github.head(),
            "GITHUB_TOKEN": token_of(self.github, f"request/{job}"),
            "GITHUB_TRIGGERING_ACTOR": event["sender"]["login"],
            **({"COMMIT_APP_TOKEN": self.github.issue_app_token()} if self.has_app and job == "propose" else {}),
        }
        arguments = ["--perform"] if job == "propose" else []
        done = self.checkout.gitops("request", *arguments, **{**given, **environ})
        lines = output.read_text().splitlines() if output.exists() else []
        return done, lines[-1:] == ["propose=true"]

    def run(self, event: Mapping[str, Any], **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the workflow for an event."""
        decided, goes_on = self.job(event, "decide", **environ)
        assert decided.returncode == 0, decided.stderr
        return self.job(event, "propose", **environ)[0] if goes_on else decided

    def ask(self, text: str = FORM, author: str = ASKER) -> tuple[int, subprocess.CompletedProcess[str]]:
        """Have somebody send the form; return the number of the issue and the last job."""
        event = self.github.open_issue(author, text)
        return event["issue"]["number"], self.run(event)

    def edit(self, number: int, text: str, by: str = ASKER) -> subprocess.CompletedProcess[str]:
        return self.run(self.github.edit_issue(number, text, by=by))

    @property
    def pulls(self) -> list[PullRequest]:
        numbers = [number for number in self.github.state.issues if self.github.state.pull_request(number)]
        return [self.github.pull_request(number) for number in numbers]

    @property
    def summary(self) -> str:
        return (self.checkout.root / "summary.md").read_text()


@pytest.fixture
def desk(bare_checkout: CommandLine, fake_github: FakeGitHub) -> Desk:
    bare_checkout.account("111111111111")
    bare_checkout.base("dev")
    bare_checkout.app("dev/alpha")
    root = bare_checkout.root
    files = {file.relative_to(root).as_posix(): file.read_text() for file in (root / "environments").glob("*/*.yaml")}
    fake_github.commit(files)
    return Desk(bare_checkout, fake_github)


def in_days(days: int) -> str:
    return str(datetime.now(UTC).date() + timedelta(days=days))


@pytest.mark.parametrize("has_app", [True, False])
def test_a_form_becomes_a_pull_request_that_closes_its_issue(desk: Desk, *, has_app: bool) -> None:
    desk.has_app, desk.github.state.jobs_may_propose = has_app, not has_app

    number, done = desk.ask()

    assert done.returncode == 0, done.stderr
    (pull,) = desk.pulls
    assert done.stdout == f"https://github.com/example/environments/pull/{pull.number}\n"
    assert (pull.title, pull.author) == ("Add dev/gamma", APP if has_app else BOT)
    assert f"Requested by @octocat in #{number}" in pull.body
    message = desk.github.git.message(pull.head_sha)
    assert f"Requested by @octocat in #{number}" in message
    assert requesters_in(message) == ["octocat"]
    assert ("Approve workflows to run" in pull.body) == (not has_app)
    assert desk.github.read(GAMMA, pull.head_ref) == (
        "# yaml-language-server: $schema=../schema.json\n"
        f"kind: ad-hoc-app\nowner: octocat\nimage: v1.4.2\nexpires: {in_days(3)}\n"
    )
    (answer,) = desk.github.comments_of_ours(number)
    assert f"#{pull.number} adds `dev/gamma`" in answer
    assert desk.github.read(GAMMA) is None

    desk.github.merge(pull.number)

    assert desk.github.state.issues[number].state == "closed"
    assert desk.github.read(GAMMA) is not None


def test_every_field_of_the_form_is_in_the_declaration(desk: Desk) -> None:
    wishes = {"owner": "@hubot", "size": "large", "awake": "Mon-Fri 08:00-20:00", "timezone": "Europe/Berlin"}
    _, done = desk.ask(body(name="gamma", image="v1", seed_from="alpha", **wishes))

    assert done.returncode == 0, done.stderr
    (pull,) = desk.pulls
    text = desk.github.read(GAMMA, pull.head_ref) or ""
    for line in ("owner: hubot", "seed_from: alpha", "cpu: 1024", "memory_mib: 2048", "timezone: Europe/Berlin"):
        assert line in text
    assert f"expires: {in_days(14)}" in text


def test_the_same_event_again_changes_nothing(desk: Desk) -> None:
    event = desk.github.open_issue(ASKER, FORM)
    desk.run(event)
    desk.github.forget_calls()

    again = desk.run(event)

    assert again.returncode == 0, again.stderr
    assert desk.github.writes == []
    assert len(desk.pulls) == 1


def test_an_edit_updates_the_pull_request_and_the_answer(desk: Desk) -> None:
    number, _ = desk.ask()

    done = desk.edit(number, body(name="dev/delta", image="v2"), by=ADMIN)

    assert done.returncode == 0, done.stderr
    (pull,) = desk.pulls
    assert pull.title == "Add dev/delta"
    assert f"Requested by @octocat, edited by @monalisa, in #{number}" in pull.body
    assert requesters_in(desk.github.git.message(pull.head_sha)) == ["octocat", "monalisa"]
    assert desk.github.read(GAMMA, pull.head_ref) is None
    assert "image: v2" in (desk.github.read("environments/dev/delta.yaml", pull.head_ref) or "")
    (answer,) = desk.github.comments_of_ours(number)
    assert "`dev/delta`" in answer


def test_an_edit_after_the_merge_changes_nothing(desk: Desk) -> None:
    number, _ = desk.ask()
    desk.github.merge(desk.pulls[0].number)
    desk.github.forget_calls()

    desk.edit(number, body(name="dev/delta", image="v2"))

    assert desk.github.calls == []
    assert len(desk.pulls) == 1


def test_a_form_with_errors_is_answered_field_by_field_and_corrected_by_an_edit(desk: Desk) -> None:
    number, done = desk.ask(body(name="dev/gamma", image="a b", owner="a: b", awake="always"))

    assert done.returncode == 0, done.stderr
    (answer,) = desk.github.comments_of_ours(number)
    for label in ("Image tag", "Owner", "Hours"):
        assert f"| {label} | " in answer
    assert "No pull request was opened" in answer
    assert desk.pulls == []

    desk.edit(number, body(name="dev/gamma", image="latest", days="90"))

    (answer,) = desk.github.comments_of_ours(number)
    assert "| Image tag | latest is a tag that moves" in answer
    assert "| Days | " in answer
    assert "this base allows at most 14" in answer

    desk.edit(number, FORM)

    (answer,) = desk.github.comments_of_ours(number)
    assert "No pull request was opened" not in answer
    (pull,) = desk.pulls

    desk.edit(number, body(name="dev/gamma", image="v1", days="90", size="XL"))

    (answer,) = desk.github.comments_of_ours(number)
    assert f"#{pull.number} stays as it was" in answer
    assert "| Size | must be one of small, medium, large |" in answer
    assert "image: v1.4.2" in (desk.github.read(GAMMA, pull.head_ref) or "")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("dev/alpha", "dev/alpha is declared already"),
        ("qa/gamma", "qa is not a base for environments on demand; there are: dev"),
        ("accounts/gamma", "accounts is not a base"),
        ("dev/base", "dev/base is declared already"),
        ("Gamma!", "names no environment"),
        ("../../x", "names no environment"),
    ],
)
def test_a_name_that_cannot_be_is_said(desk: Desk, name: str, told: str) -> None:
    number, done = desk.ask(body(name=name, image="v1"))

    assert done.returncode == 0, done.stderr
    (answer,) = desk.github.comments_of_ours(number)
    assert told in re.sub(r"\\(.)", r"\1", answer).replace("&#8203;", "")
    assert desk.pulls == []


def test_two_issues_that_ask_for_one_environment_get_one_pull_request(desk: Desk) -> None:
    desk.ask()
    (pull,) = desk.pulls

    number, done = desk.ask(author=ADMIN)

    assert done.returncode == 0, done.stderr
    assert [found.number for found in desk.pulls] == [pull.number]
    assert f"pull request {pull.number} asks for" in desk.github.comments_of_ours(number)[0]


def test_an_environment_that_was_declared_since_the_checkout_is_not_declared_again(desk: Desk) -> None:
    desk.github.commit({GAMMA: "kind: ad-hoc-app\n"})

    number, _ = desk.ask()

    assert "is declared already" in desk.github.comments_of_ours(number)[0]
    assert desk.pulls == []


@pytest.mark.parametrize(
    ("author", "editor"), [(STRANGER, STRANGER), (READER, READER), (STRANGER, ADMIN), (ASKER, READER)]
)
def test_without_write_permission_nothing_is_written(desk: Desk, author: str, editor: str) -> None:
    number = desk.github.open_issue(author, "x")["issue"]["number"]
    event = desk.github.edit_issue(number, FORM, by=editor)

    decided, goes_on = desk.job(event, "decide")
    performed, _ = desk.job(event, "propose")

    assert not goes_on
    for done in (decided, performed):
        assert done.returncode == 0, done.stderr
        assert "ignored" in done.stderr
    assert desk.github.writes == []
    assert "The form was ignored" in desk.summary


@pytest.mark.parametrize("kind", ["bot", "app", "other", "closed", "deleted"])
def test_bots_apps_other_issues_and_closed_ones_ask_for_nothing(desk: Desk, kind: str) -> None:
    event = desk.github.open_issue(ASKER, "Broken" if kind == "other" else FORM)
    if kind == "bot":
        event["sender"]["type"] = "Bot"
    elif kind == "app":
        event["issue"]["performed_via_github_app"] = {"slug": "x"}
    elif kind == "closed":
        event["issue"]["state"] = "closed"
    elif kind == "deleted":
        event["issue"]["user"] = None

    for job in ("decide", "propose"):
        done, goes_on = desk.job(event, job)
        assert (done.returncode, goes_on) == (0, False)
    assert desk.github.calls == []


def test_a_run_that_somebody_else_starts_again_does_nothing(desk: Desk) -> None:
    done, _ = desk.job(desk.github.open_issue(ASKER, FORM), "propose", GITHUB_TRIGGERING_ACTOR=ADMIN)

    assert "another person started the run again" in done.stderr
    assert desk.github.writes == []


def test_an_older_text_of_the_form_changes_nothing(desk: Desk) -> None:
    event = desk.github.open_issue(ASKER, FORM)
    number = event["issue"]["number"]
    desk.edit(number, FORM.replace("v1.4.2", "v2"))
    desk.github.forget_calls()

    again = desk.run(event)

    assert again.returncode == 0, again.stderr
    assert "the run of the newest edit decides" in again.stderr
    assert desk.github.writes == []


def test_an_issue_that_was_closed_since_gets_no_pull_request(desk: Desk) -> None:
    event = desk.github.open_issue(ASKER, FORM)
    desk.github.close(event["issue"]["number"])

    desk.run(event)

    assert desk.github.writes == []


def test_what_the_base_leaves_open_and_the_form_cannot_say_is_told(desk: Desk) -> None:
    file = desk.checkout.root / "environments/dev/base.yaml"
    file.write_text(file.read_text().replace("  repository: microblog\n", ""))
    (desk.checkout.root / "environments/dev/alpha.yaml").unlink()

    number, _ = desk.ask()

    assert "declares no repository for its environments" in desk.github.comments_of_ours(number)[0]


def test_a_permission_that_cannot_be_asked_is_none(desk: Desk) -> None:
    desk.github.fault("GET", "/collaborators/*/permission", Outcome.FORBIDDEN)

    done, goes_on = desk.job(desk.github.open_issue(ADMIN, FORM), "decide")

    assert (done.returncode, goes_on) == (1, False)
    assert desk.github.writes == []


INJECTIONS = [
    "$(touch PWNED); `touch PWNED`",
    "${{ github.token }}",
    "v1 # x: ${{ toJSON(secrets) }}",
    "<img src=x onerror=alert(1)> @octocat #1 [x](http://example.com)",
    "v1 | x |",
    "::set-output name=propose::true",
    "v1', owner: 'x",
    "{a: b}",
    "!!python/object/apply:os.system ['touch PWNED']",
]


@pytest.mark.parametrize("field", ["name", "image", "owner", "days", "size", "awake", "timezone", "seed_from"])
def test_what_a_form_injects_stays_text(desk: Desk, field: str) -> None:
    number = desk.github.open_issue(ASKER, "x")["issue"]["number"]
    for text in INJECTIONS:
        filled = {"name": "dev/gamma", "image": "v1", "awake": "Mon-Fri 08:00-20:00", field: text}
        done = desk.edit(number, body(**filled))

        assert done.returncode == 0, done.stderr
        (answer,) = desk.github.comments_of_ours(number)
        assert "the form has errors" in answer, text
        assert "<img" not in answer
        assert not re.search(r"@octocat|(?<!\\)\[x\]", answer)
        assert not re.search(r"^::", done.stdout + done.stderr, re.MULTILINE)
    assert desk.pulls == []
    assert "PWNED" not in {path.name for path in desk.checkout.root.rglob("PWNED")}


def test_a_form_of_65_kilobytes_is_read_and_answered(desk: Desk) -> None:
    number, done = desk.ask((FORM + "\n### x" * 15_000)[:65_000])

    assert done.returncode == 0, done.stderr
    assert "more." in desk.github.comments_of_ours(number)[0]
    assert desk.pulls == []


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/git/trees"), ("POST", "/git/refs"), ("POST", "/pulls"), ("GET", "/git/ref/heads/*")]
)
def test_a_failure_of_github_is_answered_and_the_same_run_again_finishes(desk: Desk, method: str, path: str) -> None:
    event = desk.github.open_issue(ASKER, FORM)
    number = event["issue"]["number"]
    desk.github.fault(method, path, Outcome.FORBIDDEN, times=1)

    failed = desk.run(event)

    assert failed.returncode == 1
    assert desk.pulls == []
    assert "could not be opened" in desk.github.comments_of_ours(number)[0]

    done = desk.run(event)

    assert done.returncode == 0, done.stderr
    assert len(desk.pulls) == 1
    (answer,) = desk.github.comments_of_ours(number)
    assert "adds `dev/gamma`" in answer


def test_inputs_of_the_workflow_become_a_pull_request_too(desk: Desk) -> None:
    event = desk.github.dispatch_event(
        "request", name="dev/gamma", image="v1.4.2", days="3", size="as the base says", owner=""
    )

    done = desk.run(event)

    assert done.returncode == 0, done.stderr
    (pull,) = desk.pulls
    assert "Requested by @octocat with the workflow `request`" in pull.body
    assert "Closes" not in pull.body
    assert f"#{pull.number} adds `dev/gamma`" in desk.summary
    desk.github.forget_calls()
    desk.run(event)
    assert desk.github.writes == []


def test_inputs_that_are_wrong_fail_the_run(desk: Desk) -> None:
    done = desk.run(desk.github.dispatch_event("request", name="dev/gamma", image="latest", days="x"))

    assert done.returncode == 1
    assert "Days: must be a whole number" in done.stderr
    assert "| Days |" in desk.summary
    assert desk.github.writes == []


def test_a_reader_cannot_use_the_inputs_either(desk: Desk) -> None:
    desk.run(desk.github.dispatch_event("request", sender=READER, name="dev/gamma", image="v1"))

    assert desk.github.writes == []
