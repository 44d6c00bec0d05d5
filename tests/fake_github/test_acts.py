"""What the token of a job does starts no workflow; what the token of an app does, starts them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.fake_github.fake import FakeGitHub
from tests.workflows.harness import copies

if TYPE_CHECKING:
    pass

ROOT = "/repos/example/environments"
PERMISSIONS = {"contents": "write", "pull-requests": "write"}


def act_with(github: FakeGitHub, *, built_in: bool) -> None:
    """Commit to main and to a branch, open a pull request, and comment on it, as a job does."""
    github.state.settings.branch_rules.clear()
    github.state.jobs_may_propose = True
    token = github.issue_token("command/git", PERMISSIONS, built_in=built_in)
    client = httpx.Client(base_url=github.url, headers={"Authorization": f"Bearer {token}"})
    file = {"message": "Change", "content": base64.b64encode(b"1\n").decode()}
    assert client.put(f"{ROOT}/contents/a.yaml", json=file).is_success
    assert client.post(f"{ROOT}/git/refs", json={"ref": "refs/heads/alpha", "sha": github.head()}).is_success
    assert client.put(f"{ROOT}/contents/b.yaml", json={**file, "branch": "alpha"}).is_success
    pull = client.post(f"{ROOT}/pulls", json={"title": "Change", "head": "alpha", "base": "main"})
    assert client.post(f"{ROOT}/issues/{pull.json()['number']}/comments", json={"body": "/destroy"}).is_success


def started(github: FakeGitHub) -> list[str]:
    acts = [act for act in github.acts if act.starts_workflows]
    return [name for act in acts for name in copies.started_by(act.event, act.payload)]


@pytest.mark.parametrize(
    ("built_in", "starts"),
    [(True, []), (False, ["check", "declarations", "deploy", "approval", "check", "plan", "command"])],
)
def test_acts_of_a_jobs_own_token_start_nothing(github: FakeGitHub, *, built_in: bool, starts: list[str]) -> None:
    act_with(github, built_in=built_in)

    assert [str(act) for act in github.acts] == [
        "command/git: push refs/heads/main",
        "command/git: push refs/heads/alpha",
        "command/git: push refs/heads/alpha",
        "command/git: pull_request opened",
        "command/git: issue_comment created",
    ]
    assert started(github) == starts


def test_what_is_refused_is_no_event(github: FakeGitHub) -> None:
    token = github.issue_token("command/read", {"contents": "read"})
    answer = httpx.post(f"{github.url}{ROOT}/issues", json={"title": "x"}, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403
    assert github.acts == []
