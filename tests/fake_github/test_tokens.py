"""A token does what the permissions of its job allow, and GitHub's words say what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.fake_github import uses
from tests.fake_github.fake import FakeGitHub
from tests.fake_github.permissions import CHECKOUT, ID_TOKEN
from tests.fake_github.tokens import granted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROOT = "/repos/example/environments"
REFUSED = "Resource not accessible by integration"
AUTO_MERGE = (
    "mutation($id: ID!) { enablePullRequestAutoMerge(input: {pullRequestId: $id, mergeMethod: SQUASH}) "
    "{ clientMutationId } }"
)


@pytest.fixture
def client(github: FakeGitHub) -> Callable[..., httpx.Client]:
    """Makes a client with the token of a job that has these permissions."""

    def make(*permissions: str) -> httpx.Client:
        token = github.issue_token("command/decide", dict(one.split(": ") for one in permissions))
        return httpx.Client(base_url=github.url, headers={"Authorization": f"Bearer {token}"})

    return make


@pytest.fixture
def number(github: FakeGitHub) -> int:
    github.commit({"a.yaml": "1\n"}, branch="alpha")
    return github.open_pull_request(branch="alpha")


def test_a_call_without_its_permission_is_refused_and_changes_nothing(
    github: FakeGitHub, client: Callable[..., httpx.Client], number: int
) -> None:
    path, body = f"{ROOT}/issues/{number}/comments", {"body": "hello"}
    refused = client("pull-requests: read", "contents: write").post(path, json=body)

    assert (refused.status_code, refused.json()["message"]) == (403, REFUSED)
    assert refused.headers["X-Accepted-GitHub-Permissions"] == "issues=write; pull_requests=write"
    assert github.comments(number) == []
    assert client("pull-requests: write").post(path, json=body).status_code == 201


def test_every_token_sees_the_repository_and_who_may_what(client: Callable[..., httpx.Client]) -> None:
    nothing = client()
    assert nothing.get(ROOT).status_code == 200
    assert nothing.get(f"{ROOT}/collaborators/octocat/permission").status_code == 200
    assert nothing.get(f"{ROOT}/contents/a.yaml").status_code == 403


def test_permission_for_pull_requests_is_none_for_plain_issues(client: Callable[..., httpx.Client]) -> None:
    issue = client("issues: write").post(f"{ROOT}/issues", json={"title": "Drift"}).json()["number"]
    path, body = f"{ROOT}/issues/{issue}/comments", {"body": "hello"}

    refused = client("pull-requests: write").post(path, json=body)

    assert refused.status_code == 403
    assert refused.headers["X-Accepted-GitHub-Permissions"] == "issues=write"
    made = client("issues: write").post(path, json=body)
    assert made.status_code == 201
    comment = f"{ROOT}/issues/comments/{made.json()['id']}"
    assert client("pull-requests: write").patch(comment, json=body).status_code == 403
    assert client("issues: write").patch(comment, json=body).status_code == 200


@pytest.mark.parametrize("lacks", ["contents", "pull-requests"])
def test_auto_merge_needs_two_permissions(
    github: FakeGitHub, client: Callable[..., httpx.Client], number: int, lacks: str
) -> None:
    github.protect()
    both = ("contents: write", "pull-requests: write")
    request: dict[str, Any] = {"query": AUTO_MERGE, "variables": {"id": f"PR_{number}"}}

    refused = client(*(need for need in both if lacks not in need)).post("/graphql", json=request)

    assert refused.status_code == 200
    assert [(error["type"], error["message"]) for error in refused.json()["errors"]] == [("FORBIDDEN", REFUSED)]
    assert github.pull_request(number).auto_merge is None
    assert "errors" not in client(*both).post("/graphql", json=request).json()


def test_other_repositories_are_hidden_from_every_token(client: Callable[..., httpx.Client]) -> None:
    assert client("contents: write").get("/repos/example/other/contents/a").status_code == 404


@pytest.mark.parametrize(("private", "status"), [(True, 404), (False, 200)])
def test_git_hides_a_private_repository_from_a_token_that_may_not_read_it(
    github: FakeGitHub, client: Callable[..., httpx.Client], *, private: bool, status: int
) -> None:
    github.state.private = private
    path = "/example/environments.git/info/refs"
    assert client("pull-requests: write").get(path).status_code == status
    assert client("contents: read").get(path).status_code == 200


def test_an_identity_is_issued_to_jobs_that_may_ask_for_one(client: Callable[..., httpx.Client]) -> None:
    assert client("contents: write").get("/idtoken").status_code == 403
    assert client("id-token: write").get("/idtoken").status_code == 200


def test_unknown_tokens_are_refused(github: FakeGitHub) -> None:
    for header in ({}, {"Authorization": "Bearer ghs_0"}, {"Authorization": f"Basic {github.all_permissions_token}"}):
        assert httpx.get(f"{github.url}{ROOT}", headers=header).status_code == 401


DECLARED = {"contents": "write", "pull-requests": "write", "id-token": "write", "issues": "none"}


def pull_request_event(head: str | None, sender: str = "octocat") -> dict[str, Any]:
    repository = None if head is None else {"full_name": head}
    return {
        "pull_request": {"head": {"repo": repository}},
        "repository": {"full_name": "example/environments"},
        "sender": {"login": sender},
    }


@pytest.mark.parametrize(
    ("event", "payload", "read_only"),
    [
        ("pull_request", pull_request_event("example/environments"), False),
        ("pull_request", pull_request_event("stranger/environments"), True),
        ("pull_request", pull_request_event(None), True),
        ("pull_request", pull_request_event("example/environments", "dependabot[bot]"), True),
        ("issue_comment", {}, False),
        ("push", {}, False),
    ],
)
def test_what_comes_from_outside_reads_whatever_is_declared(
    event: str, payload: dict[str, Any], *, read_only: bool
) -> None:
    expected = {"contents": "read", "pull-requests": "read"} if read_only else DECLARED
    assert granted(DECLARED, event, payload) == expected


def test_uses_of_permissions_are_kept_for_each_job(
    github: FakeGitHub, client: Callable[..., httpx.Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(uses.FOLDER, str(tmp_path / "uses"))
    reader = client("contents: read")
    for _ in range(2):
        reader.get("/example/environments.git/info/refs")
    reader.get("/idtoken")
    github.__exit__()

    kept = uses.read(tmp_path / "uses")

    assert [(use.job, use.operation, use.allowed) for use in kept] == [
        ("command/decide", CHECKOUT, True),
        ("command/decide", ID_TOKEN, False),
    ]
    assert kept[0].need.header == "contents=read"
    with pytest.raises(FileNotFoundError):
        uses.read(tmp_path / "nothing")
