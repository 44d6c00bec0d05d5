"""A commit on the default branch, or a pull request where that is protected; never over what somebody else changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops.github import default_branch
from gitops.github.default_branch import Committed, Proposed
from gitops.github.repository import repository_of
from gitops.github.transport import GitHubError
from tests.fake_github.faults import Outcome
from tests.fake_github.state import APP

if TYPE_CHECKING:
    from gitops.github.repository import Repository
    from tests.fake_github.fake import FakeGitHub

FILE = "environments/dev/alpha.yaml"
TEXT = "kind: ad-hoc-app\nexpires: 2026-12-01\n"
MESSAGE = "Remove dev/alpha\n\nOn behalf of octocat."


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds between tries; no test really waits."""
    waited: list[float] = []
    for function in (default_branch.commit_removal, default_branch.commit_edit):
        defaults = function.__kwdefaults__
        assert defaults is not None
        monkeypatch.setitem(defaults, "pause", waited.append)
    return waited


@pytest.fixture(autouse=True)
def jobs_may_propose(fake_github: FakeGitHub) -> None:
    """Let the token of a job open pull requests, which administrators have to allow."""
    fake_github.state.jobs_may_propose = True


@pytest.fixture(autouse=True)
def declared(fake_github: FakeGitHub) -> str:
    """The commit that declares the environment."""
    return fake_github.commit({FILE: TEXT, "environments/dev/base.yaml": "kind: ad-hoc-base\n"})


def as_app(fake_github: FakeGitHub) -> Repository:
    """Return the repository for a job that commits with the token of a GitHub App."""
    token = fake_github.issue_token("command/git", {"contents": "read", "pull-requests": "write"})
    return repository_of(fake_github.repository, fake_github.url, token, fake_github.issue_app_token())


def later(text: str) -> str:
    return text.replace("2026-12-01", "2026-12-04")


def test_a_removal_is_one_commit(repository: Repository, fake_github: FakeGitHub, declared: str) -> None:
    assert default_branch.commit_removal(repository, FILE, MESSAGE) == Committed(sha=fake_github.head())
    assert fake_github.git.commits(declared, "main") == [fake_github.head()]
    assert (fake_github.read(FILE), fake_github.read("environments/dev/base.yaml")) == (None, "kind: ad-hoc-base\n")
    assert fake_github.git.message("main") == f"{MESSAGE}\n\n{default_branch.DESTROYED_HERE}"
    assert fake_github.writes == [f"DELETE /contents/{FILE}"]


def test_the_commit_of_a_github_app_passes_rules_and_starts_no_workflow(fake_github: FakeGitHub) -> None:
    """What a job commits it deploys or destroys itself."""
    assert default_branch.commit_removal(as_app(fake_github), FILE, MESSAGE) == Committed(sha=fake_github.head())
    assert fake_github.git.message("main") == f"{MESSAGE}\n\n{default_branch.DESTROYED_HERE}\n\n[skip ci]"
    assert [act.starts_workflows for act in fake_github.acts if act.event == "push"] == [False]
    assert fake_github.refused == []


def test_a_pull_request_of_a_github_app_starts_its_checks(fake_github: FakeGitHub) -> None:
    fake_github.protect()
    fake_github.state.jobs_may_propose = False  # about the tokens of jobs alone

    proposed = default_branch.commit_removal(as_app(fake_github), FILE, MESSAGE)

    assert isinstance(proposed, Proposed)
    assert not proposed.checks_wait
    assert fake_github.pull_request(proposed.pull_request.number).author == APP
    assert [act.starts_workflows for act in fake_github.acts if act.event == "pull_request"] == [True]
    proposal = fake_github.git.message(proposed.pull_request.head_ref)
    assert not {"[skip ci]", default_branch.DESTROYED_HERE} & set(proposal.splitlines())


def test_an_edit_is_one_commit(repository: Repository, fake_github: FakeGitHub) -> None:
    assert default_branch.commit_edit(repository, FILE, later, "Extend") == Committed(sha=fake_github.head())
    assert fake_github.read(FILE) == later(TEXT)
    assert fake_github.git.message("main") == "Extend"
    assert fake_github.writes == [f"PUT /contents/{FILE}"]


def test_what_is_so_already_is_not_written(repository: Repository, fake_github: FakeGitHub) -> None:
    assert default_branch.commit_edit(repository, FILE, str, "Nothing") is None
    assert default_branch.commit_removal(repository, "environments/dev/gone.yaml", MESSAGE) is None
    assert fake_github.writes == []


def test_a_file_that_is_not_there_cannot_be_edited(repository: Repository, fake_github: FakeGitHub) -> None:
    with pytest.raises(GitHubError, match=r"gone\.yaml is not on the branch main; nothing was changed"):
        default_branch.commit_edit(repository, "environments/dev/gone.yaml", later, "Extend")
    assert fake_github.writes == []


def test_a_branch_that_may_not_be_read_is_not_taken_for_a_file_that_is_gone(
    repository: Repository, fake_github: FakeGitHub
) -> None:
    for path in ("/contents/*", "/git/*"):
        fake_github.fault("GET", path, Outcome.NOT_FOUND)
    with pytest.raises(GitHubError, match="404"):
        default_branch.commit_removal(repository, FILE, MESSAGE)
    assert fake_github.writes == []


def test_an_edit_is_made_again_of_what_somebody_else_wrote_meanwhile(
    repository: Repository, fake_github: FakeGitHub
) -> None:
    seen = []

    def edit(text: str) -> str:
        seen.append(text)
        if len(seen) == 1:
            fake_github.commit({FILE: f"# theirs\n{TEXT}"})
        return later(text)

    assert isinstance(default_branch.commit_edit(repository, FILE, edit, "Extend"), Committed)
    assert seen == [TEXT, f"# theirs\n{TEXT}"]
    assert fake_github.read(FILE) == f"# theirs\n{later(TEXT)}"


def test_a_file_that_changes_all_the_time_is_left_alone(repository: Repository, fake_github: FakeGitHub) -> None:
    texts = []

    def edit(text: str) -> str:
        texts.append(text)
        fake_github.commit({FILE: f"# {len(texts)}\n{text}"})
        return later(text)

    with pytest.raises(GitHubError, match="others commit to the branch main all the time"):
        default_branch.commit_edit(repository, FILE, edit, "Extend")
    assert len(texts) == default_branch.ATTEMPTS
    assert "2026-12-04" not in (fake_github.read(FILE) or "")


def test_a_commit_that_loses_races_is_made_again(
    repository: Repository, fake_github: FakeGitHub, pauses: list[float]
) -> None:
    fake_github.lose_races(3)

    assert default_branch.commit_removal(repository, FILE, MESSAGE) == Committed(sha=fake_github.head())
    assert fake_github.read(FILE) is None
    assert fake_github.read("raced/0") is not None  # what others committed stays
    assert fake_github.state.issues == {}
    assert len(pauses) == 3
    assert pauses == sorted(pauses)


def test_a_commit_that_loses_every_race_changes_nothing_and_opens_no_pull_request(
    repository: Repository, fake_github: FakeGitHub
) -> None:
    fake_github.lose_races(default_branch.ATTEMPTS)

    with pytest.raises(GitHubError, match="others commit to the branch main all the time"):
        default_branch.commit_removal(repository, FILE, MESSAGE)
    assert fake_github.read(FILE) == TEXT
    assert fake_github.state.issues == {}


def test_a_lost_race_is_no_rule_even_where_the_branch_has_rules(
    repository: Repository, fake_github: FakeGitHub
) -> None:
    """An app may be let past the rules of a branch."""
    fake_github.lose_races(1)
    assert repository.is_protected("main")

    assert isinstance(default_branch.commit_removal(repository, FILE, MESSAGE), Committed)
    assert fake_github.state.issues == {}


@pytest.mark.parametrize("outcome", [Outcome.RATE_LIMIT, Outcome.SECONDARY_RATE_LIMIT, Outcome.TOO_MANY_REQUESTS])
def test_a_rate_limit_is_no_protection(repository: Repository, fake_github: FakeGitHub, outcome: Outcome) -> None:
    fake_github.protect()
    fake_github.fault("DELETE", "/contents/*", outcome)

    with pytest.raises(GitHubError, match="rate limit"):
        default_branch.commit_removal(repository, FILE, MESSAGE)
    assert fake_github.writes == [f"DELETE /contents/{FILE}"]


def test_a_refusal_on_a_branch_without_rules_is_an_error_and_no_pull_request(
    repository: Repository, fake_github: FakeGitHub
) -> None:
    fake_github.fault("DELETE", "/contents/*", Outcome.FORBIDDEN)

    with pytest.raises(GitHubError, match="Resource not accessible by integration"):
        default_branch.commit_removal(repository, FILE, MESSAGE)
    assert fake_github.state.issues == {}


@pytest.mark.parametrize("path", ["/rules/branches/*", "/branches/*"])
def test_while_the_rules_cannot_be_read_no_pull_request_is_opened(
    repository: Repository, fake_github: FakeGitHub, path: str
) -> None:
    fake_github.protect()
    fake_github.state.classic_protection = True
    fake_github.fault("GET", path, Outcome.SERVER_ERROR)

    with pytest.raises(GitHubError, match="500"):
        default_branch.commit_removal(repository, FILE, MESSAGE)
    assert fake_github.state.issues == {}


def test_what_an_edit_raises_ends_the_matter(repository: Repository, fake_github: FakeGitHub) -> None:
    def edit(_text: str) -> str:
        raise ValueError("not allowed")

    with pytest.raises(ValueError, match="not allowed"):
        default_branch.commit_edit(repository, FILE, edit, "Extend")
    assert fake_github.writes == []


@pytest.mark.parametrize("classic", [False, True])
def test_where_the_branch_is_protected_a_pull_request_proposes_the_removal(
    repository: Repository, fake_github: FakeGitHub, declared: str, *, classic: bool
) -> None:
    fake_github.protect()
    fake_github.state.classic_protection = classic
    proposed = default_branch.commit_removal(repository, FILE, MESSAGE)
    assert isinstance(proposed, Proposed)
    pull = fake_github.pull_request(proposed.pull_request.number)
    assert (pull.title, pull.author) == ("Remove dev/alpha", "github-actions[bot]")
    assert fake_github.head() == declared
    assert [(file.path, file.status) for file in repository.changed_files(pull.number)] == [(FILE, "removed")]


def test_where_jobs_may_not_open_pull_requests_the_setting_is_named_and_the_same_again_works(
    repository: Repository, fake_github: FakeGitHub
) -> None:
    fake_github.protect()
    fake_github.state.jobs_may_propose = False

    with pytest.raises(GitHubError, match=r"Allow GitHub Actions to create and approve pull requests"):
        default_branch.commit_removal(repository, FILE, MESSAGE)
    assert fake_github.read(FILE) == TEXT
    assert fake_github.state.issues == {}

    fake_github.state.jobs_may_propose = True
    assert isinstance(default_branch.commit_removal(repository, FILE, MESSAGE), Proposed)


def test_github_merges_what_an_app_proposes(fake_github: FakeGitHub) -> None:
    fake_github.protect()
    proposed = default_branch.commit_removal(as_app(fake_github), FILE, MESSAGE)

    assert isinstance(proposed, Proposed)
    assert proposed.merges_by_itself
    assert fake_github.pull_request(proposed.pull_request.number).auto_merge == "SQUASH"


def test_a_person_merges_what_the_token_of_a_job_proposes(repository: Repository, fake_github: FakeGitHub) -> None:
    """GitHub starts no workflow for a merge in the name of that token: nothing would deploy or destroy."""
    fake_github.protect()
    proposed = default_branch.commit_edit(repository, FILE, later, "Extend")

    assert isinstance(proposed, Proposed)
    assert not proposed.merges_by_itself
    assert fake_github.pull_request(proposed.pull_request.number).auto_merge is None
    fake_github.merge(proposed.pull_request.number)
    assert fake_github.read(FILE) == later(TEXT)


def test_where_auto_merge_is_not_allowed_a_person_merges(fake_github: FakeGitHub) -> None:
    fake_github.protect()
    fake_github.state.allow_auto_merge = False

    proposed = default_branch.commit_edit(as_app(fake_github), FILE, later, "Extend")

    assert isinstance(proposed, Proposed)
    assert not proposed.merges_by_itself


def test_who_asks_twice_gets_one_pull_request(repository: Repository, fake_github: FakeGitHub) -> None:
    fake_github.protect()
    first = default_branch.commit_removal(repository, FILE, MESSAGE)
    assert default_branch.commit_removal(repository, FILE, MESSAGE) == first
    assert isinstance(first, Proposed)
    extended = default_branch.commit_edit(repository, FILE, later, "Extend")
    assert isinstance(extended, Proposed)
    assert extended.pull_request.number != first.pull_request.number
    assert len(fake_github.state.issues) == 2


@pytest.mark.parametrize("at", ["POST /pulls", "PUT /contents/*"])
def test_a_proposal_that_broke_off_is_finished_the_next_time(
    repository: Repository, fake_github: FakeGitHub, at: str
) -> None:
    fake_github.protect()
    method, _, path = at.partition(" ")
    # The first commit is refused by the branch; what breaks comes after it.
    fake_github.fault("PUT", "/contents/*", Outcome.FORBIDDEN, times=1)
    fake_github.fault(method, path, Outcome.CLOSED, times=1)
    with pytest.raises(GitHubError):
        default_branch.commit_edit(repository, FILE, later, "Extend")
    proposed = default_branch.commit_edit(repository, FILE, later, "Extend")
    assert isinstance(proposed, Proposed)
    fake_github.merge(proposed.pull_request.number)
    assert fake_github.read(FILE) == later(TEXT)


@pytest.mark.parametrize("outcome", [Outcome.SERVER_ERROR, Outcome.CLOSED, Outcome.RATE_LIMIT])
def test_nothing_is_changed_when_github_does_not_take_the_commit(
    repository: Repository, fake_github: FakeGitHub, declared: str, outcome: Outcome
) -> None:
    for method in ("DELETE", "POST"):
        fake_github.fault(method, "*", outcome)
    with pytest.raises(GitHubError):
        default_branch.commit_removal(repository, FILE, MESSAGE)
    assert fake_github.head() == declared
    assert fake_github.state.issues == {}
