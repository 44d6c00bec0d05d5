"""People answer as on GitHub: their roles, deleted accounts, apps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.fake_github.fake import FakeGitHub

if TYPE_CHECKING:
    from tests.fake_github.state import Role

ROOT = "/repos/example/environments"


def permission(client: httpx.Client, login: str) -> tuple[str, str]:
    answer = client.get(f"{ROOT}/collaborators/{login}/permission").json()
    return answer["permission"], answer["role_name"]


@pytest.mark.parametrize(
    ("role", "comes_to"),
    [("admin", "admin"), ("maintain", "write"), ("write", "write"), ("triage", "read"), ("read", "read")],
)
def test_a_custom_role_comes_to_what_it_inherits_from(
    github: FakeGitHub, client: httpx.Client, role: Role, comes_to: str
) -> None:
    github.set_role("octocat", role)
    assert permission(client, "octocat") == (comes_to, role)
    github.people.give_custom_role("octocat", "release-captain", inherits=role)
    assert permission(client, "octocat") == (comes_to, "release-captain")


def test_what_a_deleted_account_wrote_has_no_author(github: FakeGitHub, client: httpx.Client) -> None:
    github.commit({"a.yaml": "1\n"}, branch="alpha", fork="hubot", author="hubot")
    number = github.open_pull_request(branch="alpha", fork="hubot", author="hubot")
    event = github.comment(number, "hubot", "/status")
    assert event["comment"]["user"]["login"] == "hubot"

    github.people.delete_account("hubot")

    (comment,) = client.get(f"{ROOT}/issues/{number}/comments").json()
    assert (comment["user"], comment["author_association"]) == (None, "NONE")
    for pull in (client.get(f"{ROOT}/pulls/{number}").json(), *client.get(f"{ROOT}/pulls").json()):
        assert (pull["user"]["login"], pull["head"]["repo"]) == ("ghost", None)
    assert client.get(f"{ROOT}/collaborators/hubot/permission").status_code == 404


def test_a_comment_tells_the_app_that_its_author_used(github: FakeGitHub, client: httpx.Client) -> None:
    github.commit({"a.yaml": "1\n"}, branch="alpha")
    number = github.open_pull_request(branch="alpha")
    github.comment(number, "octocat", "by hand")
    github.comment(number, "octocat", "by an app", app="some-app")
    apps = [item["performed_via_github_app"] for item in client.get(f"{ROOT}/issues/{number}/comments").json()]
    assert [app and app["slug"] for app in apps] == [None, "some-app"]
