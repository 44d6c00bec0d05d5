"""The fake is as strict as GitHub's description, and its repository is one that git takes for real."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.fake_github.answers import Answers
from tests.fake_github.contract import faults_of_event
from tests.fake_github.fake import FakeGitHub
from tests.fake_github.faults import Outcome
from tests.fake_github.git import ConflictError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOT = "/repos/example/environments"
AUTO_MERGE = (
    "mutation($id: ID!) { enablePullRequestAutoMerge(input: {pullRequestId: $id, mergeMethod: SQUASH}) "
    "{ clientMutationId } }"
)


@pytest.fixture
def github(tmp_path: Path) -> Iterator[FakeGitHub]:
    """A GitHub whose violations are what is tested."""
    with FakeGitHub(tmp_path / "github") as fake:
        yield fake


@pytest.fixture
def number(github: FakeGitHub) -> int:
    github.commit({"a.yaml": "1\n"}, branch="alpha")
    return github.open_pull_request(branch="alpha")


@pytest.mark.parametrize(
    ("method", "path", "body", "problem"),
    [
        ("GET", f"{ROOT}/issues?stat=open", None, "query parameter stat is not known"),
        ("GET", f"{ROOT}/issues?state=opened", None, "state"),
        ("GET", f"{ROOT}/issues?per_page=many", None, "per_page"),
        ("GET", f"{ROOT}/pulls/one", None, "pull_number"),
        ("GET", f"{ROOT}/branches", None, "no such operation"),
        ("DELETE", f"{ROOT}/issues/1", None, "no such operation"),
        ("POST", f"{ROOT}/issues", {"body": "no title"}, "'title' is a required property"),
        ("POST", f"{ROOT}/issues", {"title": "x", "text": "x"}, "'text' was unexpected"),
        ("POST", f"{ROOT}/issues/1/comments", {"body": 1}, "1 is not of type 'string'"),
        ("POST", f"{ROOT}/issues/comments/1/reactions", {"content": "applause"}, "applause"),
        ("PUT", f"{ROOT}/contents/a.yaml", {"content": "eA=="}, "'message' is a required property"),
        ("POST", "/graphql", {"query": "mutation { deleteRef }"}, "Cannot query field 'deleteRef'"),
        ("POST", "/graphql", {"query": "mutation {"}, "Syntax Error"),
        ("POST", "/graphql", {"variables": {}}, "a request has a query"),
        ("POST", "/graphql", {"query": AUTO_MERGE, "variables": {}}, "'$id' of required type 'ID!' was not provided"),
        ("POST", "/graphql", {"query": AUTO_MERGE.replace("SQUASH", "FAST")}, "'FAST' does not exist"),
        ("POST", "/graphql", {"query": "query { id }"}, "does not know"),
    ],
)
def test_a_request_that_github_does_not_describe_is_a_violation(
    github: FakeGitHub, client: httpx.Client, number: int, *, method: str, path: str, body: Any, problem: str
) -> None:
    answer = client.request(method, path, json=body)
    assert answer.status_code == 500
    assert problem in answer.json()["message"]
    assert len(github.violations) == 1
    assert problem in github.violations[0]
    assert (github.comments(number), github.issues) == ([], [])


def test_an_answer_that_github_does_not_describe_is_a_violation(
    github: FakeGitHub, client: httpx.Client, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Answers, "pull_request", lambda *_: {"number": "one"})
    assert client.get(f"{ROOT}/pulls/{number}").status_code == 500
    assert "the fake's own answer 200" in github.violations[0]


def test_requests_that_are_refused_are_no_violations(github: FakeGitHub, client: httpx.Client) -> None:
    statuses = [
        client.get(f"{ROOT}/pulls/7").status_code,
        client.get("/repos/example/other").status_code,
        client.get(ROOT, headers={"Authorization": "Bearer wrong"}).status_code,
        client.post(f"{ROOT}/git/refs", json={"ref": "refs/heads/x", "sha": "0" * 40}).status_code,
        client.post(f"{ROOT}/deployments", json={"ref": "nothing"}).status_code,
    ]
    assert statuses == [404, 404, 401, 422, 422]
    assert github.violations == []


def test_events_are_as_github_describes_them(github: FakeGitHub, number: int) -> None:
    before = github.head()
    comment = github.comment(number, "octocat", "/status")
    events = {"issue-comment-created": comment}
    events["issue-comment-edited"] = github.edit_comment(comment["comment"]["id"], "/destroy")
    events["issues-opened"] = github.open_issue("octocat", "### Name\n\ndev/gamma")
    asked = events["issues-opened"]["issue"]["number"]
    events["issues-edited"] = github.edit_issue(asked, "### Name\n\ndev/delta", by="monalisa")
    for action in ("opened", "synchronize", "reopened"):
        events[f"pull-request-{action}"] = github.pull_request_event(number, action)
    after = github.merge(number)
    events["pull-request-closed"] = github.pull_request_event(number, "closed")
    events["push"] = github.push_event(before, after)
    events["workflow-dispatch"] = github.dispatch_event("deploy", environment="dev/alpha")
    assert [fault for name, event in events.items() for fault in faults_of_event(name, event)] == []
    assert faults_of_event("push", {**events["push"], "before": 1}) != []


def test_events_tell_what_happened(github: FakeGitHub, number: int) -> None:
    before, event = github.head(), github.comment(number, "stranger", "/status")
    assert (event["action"], event["issue"]["number"], event["sender"]["login"]) == ("created", number, "stranger")
    assert event["issue"]["pull_request"]["url"] == f"{github.url}{ROOT}/pulls/{number}"
    assert (event["comment"]["user"]["login"], event["comment"]["author_association"]) == ("stranger", "NONE")
    after = github.merge(number)
    closed, push = github.pull_request_event(number, "closed"), github.push_event(before, after)
    assert (closed["pull_request"]["merged"], closed["pull_request"]["merge_commit_sha"]) == (True, after)
    assert (push["before"], push["after"], push["ref"]) == (before, after, "refs/heads/main")
    assert [commit["id"] for commit in push["commits"]] == [after]
    assert {found["repository"]["full_name"] for found in (event, closed, push)} == {"example/environments"}


def test_a_merged_pull_request_closes_the_issues_that_it_names(github: FakeGitHub) -> None:
    issues = [github.open_issue("octocat", "x")["issue"]["number"] for _ in range(2)]
    github.commit({"b.yaml": "1\n"}, branch="beta")
    number = github.open_pull_request(branch="beta", body=f"See #{issues[0]}\n\nCloses #{issues[1]}")

    github.merge(number)

    assert [github.state.issues[issue].state for issue in issues] == ["open", "closed"]


def test_git_clones_it_and_pushes_to_it(github: FakeGitHub, client: httpx.Client, tmp_path: Path) -> None:
    github.commit({"a.yaml": "1\n"})
    clone = tmp_path / "clone"
    identity = ["-c", "user.name=octocat", "-c", "user.email=octocat@example.com"]
    subprocess.run(["git", "clone", "--quiet", github.git_url, clone], check=True)
    (clone / "b.yaml").write_text("2\n")
    for arguments in (["checkout", "-q", "-b", "beta"], ["add", "."], ["commit", "-q", "-m", "b"]):
        subprocess.run(["git", *identity, *arguments], cwd=clone, check=True)
    subprocess.run(["git", "push", "--quiet", "origin", "beta"], cwd=clone, check=True)
    number = github.open_pull_request(branch="beta")
    files = client.get(f"{ROOT}/pulls/{number}/files").json()
    assert [(file["filename"], file["status"], file["additions"]) for file in files] == [("b.yaml", "added", 1)]
    fetched = subprocess.run(["git", "fetch", "--quiet", "origin", f"refs/pull/{number}/head"], cwd=clone, check=True)
    assert fetched.returncode == 0


def test_branches_of_forks_are_in_no_clone(github: FakeGitHub) -> None:
    github.commit({"a.yaml": "1\n"}, branch="theirs", fork="stranger", author="stranger")
    listed = subprocess.run(["git", "ls-remote", "--heads", github.git_url], capture_output=True, text=True, check=True)
    assert [line.split("\t")[1] for line in listed.stdout.splitlines()] == ["refs/heads/main"]


def test_changes_of_the_same_lines_do_not_merge(github: FakeGitHub) -> None:
    github.commit({"a.yaml": "1\n"})
    github.commit({"a.yaml": "2\n"}, branch="beta")
    number = github.open_pull_request(branch="beta")
    github.commit({"a.yaml": "3\n"})
    with pytest.raises(ConflictError):
        github.merge(number)
    assert (github.pull_request(number).state, github.read("a.yaml")) == ("open", "3\n")


def test_pages_link_to_the_next(github: FakeGitHub, client: httpx.Client, number: int) -> None:
    for text in "abc":
        github.comment(number, "octocat", text)
    first = client.get(f"{ROOT}/issues/{number}/comments", params={"per_page": 2})
    second = client.get(first.links["next"]["url"])
    assert [item["body"] for item in (*first.json(), *second.json())] == ["a", "b", "c"]
    assert "next" not in second.links


def test_faults_hit_the_first_requests_that_match(github: FakeGitHub, client: httpx.Client, number: int) -> None:
    github.fault("GET", "/pulls/*", Outcome.SERVER_ERROR, times=2)
    statuses = [client.get(f"{ROOT}{path}").status_code for path in ("", *[f"/pulls/{number}"] * 3)]
    assert statuses == [200, 500, 500, 200]
    github.fault("*", "*", Outcome.FORBIDDEN)
    github.heal()
    assert client.get(ROOT).status_code == 200


def test_calls_are_recorded(github: FakeGitHub, client: httpx.Client, number: int) -> None:
    client.get(f"{ROOT}/issues", params={"state": "all"})
    client.post(f"{ROOT}/issues/{number}/comments", json={"body": "hello"})
    client.post(f"{ROOT}/issues/99/comments", json={"body": "hello"})
    seen = [(str(call), call.query, call.body, call.status) for call in github.calls]
    assert seen == [
        ("GET /issues", {"state": "all"}, None, 200),
        (f"POST /issues/{number}/comments", {}, {"body": "hello"}, 201),
        ("POST /issues/99/comments", {}, {"body": "hello"}, 404),
    ]
    assert github.writes == [f"POST /issues/{number}/comments", "POST /issues/99/comments"]


@pytest.mark.parametrize(
    ("made_with", "set_with", "earlier"),
    [
        ({}, {}, "inactive"),
        ({}, {"auto_inactive": False}, "success"),
        ({"transient_environment": True}, {}, "success"),
        ({"production_environment": True}, {}, "success"),
    ],
)
def test_a_success_makes_earlier_deployments_inactive_where_github_does(
    github: FakeGitHub, client: httpx.Client, made_with: dict[str, bool], set_with: dict[str, bool], earlier: str
) -> None:
    for state in ("success", "failure", "success"):
        body = {"ref": "main", "environment": "dev/alpha", "required_contexts": [], **made_with}
        made = client.post(f"{ROOT}/deployments", json=body).json()
        client.post(f"{ROOT}/deployments/{made['id']}/statuses", json={"state": state, **set_with})
    assert [deployment.state for deployment in github.deployments("dev/alpha")] == [earlier, "failure", "success"]


def test_auto_merge_needs_a_rule_to_wait_for(github: FakeGitHub, client: httpx.Client, number: int) -> None:
    request = {"query": AUTO_MERGE, "variables": {"id": f"PR_{number}"}}
    github.state.settings.branch_rules.clear()
    refused = client.post("/graphql", json=request).json()
    assert refused["errors"][0]["message"] == "Pull request Pull request is in clean status"
    github.protect()
    assert "errors" not in client.post("/graphql", json=request).json()
    assert github.pull_request(number).auto_merge == "SQUASH"


def test_time_passes_when_told(github: FakeGitHub, number: int) -> None:
    github.let_pass(timedelta(minutes=16))
    github.comment(number, "octocat", "late")
    late = github.comments(number)[0].created - github.pull_request(number).created
    assert timedelta(minutes=16) <= late < timedelta(minutes=17)
