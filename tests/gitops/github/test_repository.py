"""One repository on GitHub: what is read of it, and what is written."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gitops.github.transport import GitHubError
from tests.fake_github.faults import Outcome

if TYPE_CHECKING:
    from gitops.github.repository import Repository
    from tests.fake_github.fake import FakeGitHub
    from tests.fake_github.state import Role

FILE = "environments/dev/alpha.yaml"


@pytest.mark.parametrize(
    ("role", "permission"),
    [
        ("admin", "admin"),
        ("maintain", "write"),
        ("write", "write"),
        ("triage", "read"),
        ("read", "read"),
        ("none", "none"),
    ],
)
def test_a_permission_is_what_github_says(
    repository: Repository, fake_github: FakeGitHub, role: Role, permission: str
) -> None:
    fake_github.set_role("octocat", role)
    assert repository.permission("octocat") == permission


def test_of_a_custom_role_it_is_what_the_role_inherits(repository: Repository, fake_github: FakeGitHub) -> None:
    fake_github.people.give_custom_role("octocat", "admin-of-nothing", inherits="triage")
    assert repository.permission("octocat") == "read"


def test_what_deleted_accounts_wrote_is_read(repository: Repository, fake_github: FakeGitHub) -> None:
    fake_github.commit({FILE: "kind: ad-hoc-app\n"}, branch="theirs", fork="hubot", author="hubot")
    number = fake_github.open_pull_request(branch="theirs", fork="hubot", author="hubot")
    fake_github.comment(number, "hubot", "/status")
    fake_github.people.delete_account("hubot")
    assert [(comment.author, comment.by_bot) for comment in repository.comments(number)] == [("ghost", False)]
    pull = repository.pull_request(number)
    assert (pull.author, pull.head_repository) == ("ghost", None)


@pytest.mark.parametrize("login", ["nobody", "../../issues", "octocat/../octocat", "octocat?x=", "a#b", "é"])
def test_somebody_unknown_may_do_nothing(repository: Repository, fake_github: FakeGitHub, login: str) -> None:
    assert repository.permission(login) == "none"
    assert [str(call) for call in fake_github.calls] == [f"GET /collaborators/{login}/permission"]


@pytest.mark.parametrize(
    "outcome", [Outcome.SERVER_ERROR, Outcome.FORBIDDEN, Outcome.RATE_LIMIT, Outcome.NOT_JSON, Outcome.CLOSED]
)
def test_a_permission_that_cannot_be_asked_is_an_error(
    repository: Repository, fake_github: FakeGitHub, outcome: Outcome
) -> None:
    fake_github.fault("GET", "/collaborators/*", outcome)
    with pytest.raises(GitHubError):
        repository.permission("monalisa")


def test_comments_tell_who_wrote_them_and_whether_they_were_edited(
    repository: Repository, fake_github: FakeGitHub, pull_request: int
) -> None:
    event = fake_github.comment(pull_request, "octocat", "/status")
    repository.create_comment(pull_request, "an answer")
    fake_github.edit_comment(event["comment"]["id"], "/destroy")
    read = [
        (item.author, item.by_bot, item.body, repository.is_edited(item)) for item in repository.comments(pull_request)
    ]
    assert read == [("octocat", False, "/destroy", True), ("github-actions[bot]", True, "an answer", False)]


def test_a_comment_that_was_updated_a_second_later_is_not_edited(
    repository: Repository, fake_github: FakeGitHub, pull_request: int
) -> None:
    fake_github.state.updated_plus_one = True
    comment = repository.create_comment(pull_request, "an answer")

    assert comment.updated > comment.created
    assert not repository.is_edited(comment)


def test_whether_a_comment_was_edited_is_never_guessed(
    repository: Repository, fake_github: FakeGitHub, pull_request: int
) -> None:
    comment = repository.create_comment(pull_request, "an answer")
    fake_github.delete_comment(comment.id)

    with pytest.raises(GitHubError, match="Could not resolve to a node"):
        repository.is_edited(comment)


def test_a_comment_has_the_moment_it_was_written(
    repository: Repository, fake_github: FakeGitHub, pull_request: int
) -> None:
    fake_github.comment(pull_request, "octocat", "before")
    fake_github.let_pass(timedelta(hours=1))
    fake_github.comment(pull_request, "octocat", "after")
    before, after = repository.comments(pull_request)
    assert timedelta(hours=1) <= after.created - before.created < timedelta(hours=2)


def test_a_reaction_is_there_once(repository: Repository, fake_github: FakeGitHub, pull_request: int) -> None:
    comment_id = fake_github.comment(pull_request, "octocat", "/status")["comment"]["id"]
    for _ in range(2):
        repository.react(comment_id, "eyes")
    repository.react(comment_id, "rocket")
    assert fake_github.reactions(comment_id) == ["eyes", "rocket"]


def test_a_pull_request_of_a_fork_names_its_repository(repository: Repository, fake_github: FakeGitHub) -> None:
    sha = fake_github.commit({FILE: "x"}, branch="alpha", fork="stranger", author="stranger")
    pull = repository.pull_request(fake_github.open_pull_request(branch="alpha", fork="stranger", author="stranger"))
    assert (pull.head_repository, pull.head_ref, pull.head_sha) == ("stranger/environments", "alpha", sha)
    assert (pull.author, pull.base_ref, pull.base_sha) == ("stranger", "main", fake_github.head())


def test_a_pull_request_follows_its_branch_until_it_is_merged(
    repository: Repository, fake_github: FakeGitHub, pull_request: int
) -> None:
    sha = fake_github.commit({FILE: "kind: ad-hoc-app\nowner: octocat\n"}, branch="alpha")
    pull = repository.pull_request(pull_request)
    assert (pull.head_sha, pull.state, pull.merged) == (sha, "open", False)
    commit = fake_github.merge(pull_request)
    fake_github.commit({FILE: "later"}, branch="alpha")
    pull = repository.pull_request(pull_request)
    assert (pull.head_sha, pull.state, pull.merged) == (sha, "closed", True)
    assert fake_github.head() == commit
    assert fake_github.read(FILE) == "kind: ad-hoc-app\nowner: octocat\n"


def test_changed_files_are_those_since_the_branch_left(repository: Repository, fake_github: FakeGitHub) -> None:
    long = "".join(f"line {number}\n" for number in range(20))
    fake_github.commit({"a.yaml": "1\n", "b.yaml": "2\n", "c.yaml": long})
    fake_github.commit({"a.yaml": "3\n", "b.yaml": None, "c.yaml": None, "d.yaml": long, "é e.yaml": ""}, branch="x")
    number = fake_github.open_pull_request(branch="x")
    fake_github.commit({"unrelated.yaml": "on main\n"})
    fake_github.state.page_size = 2
    found = {file.path: (file.status, file.previous_path) for file in repository.changed_files(number)}
    assert found == {
        "a.yaml": ("modified", None),
        "b.yaml": ("removed", None),
        "d.yaml": ("renamed", "c.yaml"),
        "é e.yaml": ("added", None),
    }


@pytest.mark.parametrize("method", ["squash", "merge"])
def test_the_pull_request_of_a_merged_commit_is_found(
    repository: Repository, fake_github: FakeGitHub, pull_request: int, method: str
) -> None:
    head = fake_github.pull_request(pull_request).head_sha
    assert [pull.number for pull in repository.pull_requests_of(head)] == [pull_request]
    commit = fake_github.merge(pull_request, method="merge" if method == "merge" else "squash")
    assert [(pull.number, pull.merged) for pull in repository.pull_requests_of(commit)] == [(pull_request, True)]
    pushed = fake_github.commit({"pushed.yaml": "without a pull request\n"})
    assert repository.pull_requests_of(pushed) == []


def test_open_pull_requests_are_those_of_one_branch_of_ours(
    repository: Repository, fake_github: FakeGitHub, pull_request: int
) -> None:
    fake_github.commit({FILE: "x"}, branch="alpha", fork="stranger")
    fake_github.open_pull_request(branch="alpha", fork="stranger", author="stranger")
    fake_github.commit({"other.yaml": "x"}, branch="other")
    fake_github.open_pull_request(branch="other")
    assert [pull.number for pull in repository.open_pull_requests("alpha")] == [pull_request]
    fake_github.close(pull_request)
    assert repository.open_pull_requests("alpha") == []


def test_a_pull_request_is_opened_by_the_job(repository: Repository, fake_github: FakeGitHub) -> None:
    fake_github.state.jobs_may_propose = True
    repository.create_branch("gitops/dev-alpha", fake_github.head())
    fake_github.commit({FILE: "x"}, branch="gitops/dev-alpha")
    pull = repository.open_pull_request(title="Remove", body="Why", head_ref="gitops/dev-alpha", base_ref="main")
    assert (pull.author, pull.head_ref) == ("github-actions[bot]", "gitops/dev-alpha")
    assert repository.open_pull_requests("gitops/dev-alpha") == [pull]
    with pytest.raises(GitHubError, match="422"):
        repository.open_pull_request(title="Remove", body="Why", head_ref="gitops/dev-alpha", base_ref="main")


def test_a_branch_is_created_once(repository: Repository, fake_github: FakeGitHub) -> None:
    repository.create_branch("gitops/dev-alpha", fake_github.head())
    assert repository.branch_head("gitops/dev-alpha") == fake_github.head()
    with pytest.raises(GitHubError) as caught:
        repository.create_branch("gitops/dev-alpha", fake_github.head())
    assert caught.value.status == 422


def test_the_default_branch_has_githubs_name(repository: Repository) -> None:
    assert repository.default_branch() == "main"


@pytest.mark.parametrize("text", ["kind: ad-hoc-app\r\n", "owner: é\n", "", "# no line end"])
def test_a_file_is_read_to_the_letter(repository: Repository, fake_github: FakeGitHub, text: str) -> None:
    fake_github.commit({FILE: text})
    file = repository.file(FILE, "main")
    assert file is not None
    assert (file.path, file.text) == (FILE, text)


def test_a_file_that_is_not_there_is_none(repository: Repository) -> None:
    assert repository.file(FILE, "main") is None


def test_a_folder_is_not_a_file(repository: Repository, fake_github: FakeGitHub) -> None:
    fake_github.commit({FILE: "x"})
    with pytest.raises(GitHubError, match="environments at main is not a file"):
        repository.file("environments", "main")


def test_a_file_is_replaced_and_deleted_by_commits(repository: Repository, fake_github: FakeGitHub) -> None:
    before = fake_github.commit({FILE: "old\n", "other.yaml": "kept\n"})
    file = repository.file(FILE, "main")
    assert file is not None
    replaced = repository.replace_file(file, "new\n", branch="main", message="Change alpha")
    assert (fake_github.head(), fake_github.read(FILE)) == (replaced, "new\n")
    file = repository.file(FILE, "main")
    assert file is not None
    deleted = repository.delete_file(file, branch="main", message="Remove alpha")
    assert (fake_github.head(), fake_github.read(FILE), fake_github.read("other.yaml")) == (deleted, None, "kept\n")
    assert fake_github.git.commits(before, "main") == [deleted, replaced]
    assert fake_github.git.message(deleted) == "Remove alpha"


def test_a_file_that_has_changed_meanwhile_is_left_alone(repository: Repository, fake_github: FakeGitHub) -> None:
    fake_github.commit({FILE: "old\n"})
    file = repository.file(FILE, "main")
    assert file is not None
    head = fake_github.commit({FILE: "somebody else's\n"})
    with pytest.raises(GitHubError, match="does not match") as replacing:
        repository.replace_file(file, "new\n", branch="main", message="m")
    with pytest.raises(GitHubError, match="does not match") as deleting:
        repository.delete_file(file, branch="main", message="m")
    assert (replacing.value.status, deleting.value.status) == (409, 409)
    assert fake_github.head() == head


def test_a_protected_branch_takes_no_commit(repository: Repository, fake_github: FakeGitHub) -> None:
    head = fake_github.commit({FILE: "old\n"})
    fake_github.protect()
    file = repository.file(FILE, "main")
    assert file is not None
    with pytest.raises(GitHubError, match="Changes must be made through a pull request") as caught:
        repository.delete_file(file, branch="main", message="m")
    assert caught.value.status == 409
    assert fake_github.head() == head


def test_the_newest_deployments_are_listed(repository: Repository, fake_github: FakeGitHub) -> None:
    sha = fake_github.head()
    made = [repository.create_deployment(environment="dev/alpha", sha=sha, production=False) for _ in range(3)]
    production = repository.create_deployment(environment="prod/app", sha=sha, production=True)
    assert repository.newest_deployments("dev/alpha", 100) == made[::-1]
    assert repository.newest_deployments("dev/alpha", 2) == [made[2], made[1]]
    assert repository.newest_deployments("prod/app", 2) == [production]
    assert (made[0].production, production.production) == (False, True)
    assert repository.newest_deployments("dev/beta", 2) == []


def test_a_deployment_has_a_state_an_address_and_a_log(repository: Repository, fake_github: FakeGitHub) -> None:
    made = repository.create_deployment(environment="dev/alpha", sha=fake_github.head(), production=False)
    repository.set_deployment_state(made, "in_progress")
    address, log = "https://alpha.dev.example.com", "https://github.com/example/environments/actions/runs/1"
    repository.set_deployment_state(made, "success", url=address, log_url=log, description="x" * 200)
    fake_github.state.page_size = 1
    assert repository.deployment_states(made) == ["success", "in_progress"]
    (deployment,) = fake_github.deployments("dev/alpha")
    assert [status.state for status in deployment.statuses] == ["in_progress", "success"]
    status = deployment.statuses[-1]
    assert (status.environment_url, status.log_url, status.description) == (address, log, "x" * 140)
    assert (deployment.transient, deployment.production) == (False, False)


def test_open_issues_are_those_of_an_author_without_pull_requests(
    repository: Repository, fake_github: FakeGitHub, pull_request: int
) -> None:
    first = repository.create_issue("Drift", "two environments")
    second = repository.create_issue("Other", "")
    repository.close_issue(second.number)
    fake_github.state.issues[pull_request].author = "github-actions[bot]"
    assert repository.open_issues("github-actions[bot]") == [first]
    assert repository.open_issues("octocat") == []
    repository.update_issue(first.number, "one environment")
    assert [issue.body for issue in repository.open_issues("github-actions[bot]")] == ["one environment"]
