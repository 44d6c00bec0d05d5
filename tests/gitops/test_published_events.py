"""What GitHub publishes of its events goes through the readers of gitops without a traceback."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitops.chatops.event import comment_event
from gitops.chatops.forms.event import form_event
from gitops.commands.command import command
from gitops.commands.request import request
from gitops.errors import UserError
from gitops.github.actions import Run
from gitops.plan import publication
from tests.fake_github.contract import faults_of_event
from tests.fake_github.published import Liberty, Published, changed, liberties, published

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fake_github.fake import FakeGitHub
    from tests.fake_github.state import Role

FORM = "### Name of the environment\n\ndev/gamma\n\n### Image\n\nv1.4.2\n"
ALL = published()
STARTING = ("issue_comment", "issues", "merge_group", "pull_request", "push", "workflow_dispatch")
"""The events that start workflows of this repository; a schedule has no payload that is described."""


def of(*events: str) -> list[Published]:
    return [found for found in ALL if found.event in events]


def saying(event: Published, text: str) -> dict[str, Any]:
    """Return an event in which somebody has written a text."""
    payload = changed(event, [])
    payload["comment" if event.event == "issue_comment" else "issue"]["body"] = text
    return payload


@pytest.fixture
def job(fake_github: FakeGitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGitHub:
    """The environment of a job; `event.json` is its event."""
    values = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": fake_github.url,
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_REPOSITORY": fake_github.repository,
        "GITHUB_RUN_ID": "1",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_SHA": "0" * 40,
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_TOKEN": fake_github.all_permissions_token,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return fake_github


def read_by_all(payload: dict[str, Any], folder: Path) -> tuple[bool, bool, bool]:
    """Return whether an event can hold commands, can be a form, and is of a pull request."""
    (folder / "event.json").write_text(json.dumps(payload))
    try:
        publication._pull_request(Run.from_environ())
    except UserError:
        is_pull_request = False
    else:
        is_pull_request = True
    return comment_event(payload) is not None, form_event(payload) is not None, is_pull_request


def test_there_are_events_of_each_kind_that_starts_a_workflow() -> None:
    assert {event.event for event in of(*STARTING)} == set(STARTING)
    assert len(ALL) > 250


@pytest.mark.usefixtures("job")
def test_every_event_is_read_or_left_alone(tmp_path: Path) -> None:
    found = {kind: set[str]() for kind in ("command", "form", "pull request")}
    for event in ALL:
        for kind, is_one in zip(found, read_by_all(event.payload, tmp_path), strict=True):
            if is_one:
                found[kind].add(event.event)

    assert found["command"] == set()  # none of them is on a pull request
    assert found["form"] == {"workflow_dispatch"}
    assert found["pull request"] >= {"pull_request"}
    assert not found["pull request"] & {*STARTING, "deployment", "workflow_run"} - {"pull_request"}


def on_pull_requests() -> list[dict[str, Any]]:
    """Return comments, as if their issues were pull requests."""
    payloads = [saying(event, "/status") for event in of("issue_comment")]
    for payload in payloads:
        payload["issue"]["pull_request"] = {"url": payload["issue"]["url"].replace("/issues/", "/pulls/")}
    return payloads


@pytest.mark.parametrize("role", [None, "read", "admin"])
def test_every_comment_of_an_unknown_pull_request_ends_without_a_traceback(
    role: Role | None, job: FakeGitHub, tmp_path: Path
) -> None:
    orders = 0
    for payload in on_pull_requests():
        if role is not None:
            job.state.roles[payload["comment"]["user"]["login"]] = role
        orders += comment_event(payload) is not None
        (tmp_path / "event.json").write_text(json.dumps(payload))
        with suppress(UserError):  # this GitHub has neither the comment nor the pull request
            assert command(folder=tmp_path, perform=None, requested_target=None, today=date(2026, 11, 1)) == 0

    assert orders == 5


def test_every_issue_with_a_form_ends_without_a_traceback(job: FakeGitHub, tmp_path: Path) -> None:
    forms = 0
    for event in of("issues"):
        payload = saying(event, FORM)
        forms += form_event(payload) is not None
        (tmp_path / "event.json").write_text(json.dumps(payload))
        with suppress(UserError):
            assert request(folder=tmp_path, perform=False, today=date(2026, 11, 1)) == 0

    assert forms > 5
    assert job.writes == []


EVENTS_WITH_LIBERTIES = [
    event for event in of(*STARTING) if liberties(event) and not faults_of_event(str(event), event.payload)
]


def test_what_a_description_allows_is_no_fault_by_itself() -> None:
    single = {
        (event.described_as, liberty): changed(event, [liberty])
        for event in EVENTS_WITH_LIBERTIES
        for liberty in liberties(event)
        if liberty.is_null  # what is not required may go anyway
    }

    assert len(single) > 100
    assert {key: faults for key, payload in single.items() if (faults := faults_of_event(key[0], payload))} == {}


@st.composite
def allowed(draw: st.DrawFn) -> tuple[Published, list[Liberty]]:
    event = draw(st.sampled_from(EVENTS_WITH_LIBERTIES))
    return event, draw(st.lists(st.sampled_from(liberties(event)), min_size=1, max_size=8, unique=True))


@pytest.mark.usefixtures("job")
@given(allowed())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_the_description_of_an_event_allows_is_read(tmp_path: Path, case: tuple[Published, list[Liberty]]) -> None:
    event, taken = case
    payload = changed(event, taken)

    assert faults_of_event(str(event), payload) == []
    read_by_all(payload, tmp_path)
    if event.event == "issue_comment":
        payload["issue"]["pull_request"] = {}
        comment_event(payload)
        payload["issue"]["pull_request"] = {"url": "https://api.github.com/repos/example/environments/pulls/1"}
        comment_event(payload)
    if payload.get("issue"):
        payload["issue"]["body"] = FORM
        form_event(payload)
