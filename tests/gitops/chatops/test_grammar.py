from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from constructs_lib.config.environments import parse_name
from constructs_lib.config.naming import NAME_PATTERN
from gitops.chatops.comment_commands import verbs
from gitops.chatops.event import comment_event
from gitops.chatops.grammar import MAX_CANDIDATES, MAX_ORDERS, Reading, read_comment
from gitops.chatops.orders import TOKEN_PATTERN, Order

EXAMPLES = Path(__file__).parents[3] / "node_modules/@octokit/webhooks-examples/api.github.com/index.json"
ALPHA = parse_name("dev/alpha")
TOKEN = "abcdefgh234567aa"  # noqa: S105 - a token of nothing


@pytest.mark.parametrize(
    ("line", "order"),
    [
        ("/plan", Order(verb="plan")),
        ("/deploy", Order(verb="deploy")),
        ("/deploy dev/alpha", Order(verb="deploy", name=ALPHA)),
        ("/deploy dev/alpha v1.2.3", Order(verb="deploy", name=ALPHA, image="v1.2.3")),
        ("/deploy v1.2.3", Order(verb="deploy", image="v1.2.3")),
        (f"/deploy dev/alpha sha256:{'0' * 64}", Order(verb="deploy", name=ALPHA, image=f"sha256:{'0' * 64}")),
        ("/destroy", Order(verb="destroy")),
        ("/destroy dev", Order(verb="destroy", name=parse_name("dev"))),
        ("/destroy environments/dev/alpha.yaml", Order(verb="destroy", name=ALPHA)),
        (f"/confirm dev/alpha {TOKEN}", Order(verb="confirm", name=parse_name("dev/alpha"), token=TOKEN)),
        ("/status", Order(verb="status")),
        ("/extend 3d", Order(verb="extend", days=3)),
        ("/extend dev/alpha 14d", Order(verb="extend", name=ALPHA, days=14)),
        ("/sleep dev/alpha", Order(verb="sleep", name=ALPHA)),
        ("/wake", Order(verb="wake")),
        (
            "/lock dev/alpha a demonstration, on Friday",
            Order(verb="lock", name=ALPHA, reason="a demonstration, on Friday"),
        ),
        ("/lock Vorführung am Freitag", Order(verb="lock", reason="Vorführung am Freitag")),
        ("/unlock dev/alpha", Order(verb="unlock", name=ALPHA)),
        ("/help", Order(verb="help")),
        ("/destroy \t dev/alpha  ", Order(verb="destroy", name=ALPHA)),
    ],
)
def test_a_command_is_read(line: str, order: Order) -> None:
    assert read_comment(line) == Reading(orders=(order,))
    assert read_comment(f"Please:\r\n{line}\r\nThanks!") == Reading(orders=(order,))


def test_commands_are_read_in_their_order_and_each_once() -> None:
    reading = read_comment("/status\nand then\n/plan\n/status")

    assert [order.verb for order in reading.orders] == ["status", "plan"]
    assert not reading.mistakes


@pytest.mark.parametrize(
    "body",
    [
        "",
        "destroy dev/alpha",
        " /destroy dev/alpha",
        "\t/destroy dev/alpha",
        "    /destroy dev/alpha",
        "see /destroy dev/alpha",
        "> /destroy dev/alpha",
        "> please\n/destroy dev/alpha",
        "```\n/destroy dev/alpha\n```",
        "```sh\n/destroy dev/alpha",
        "~~~\n```\n/destroy dev/alpha\n~~~",
        "````\n```\n/destroy dev/alpha\n````",
        "```\n    ```\n/destroy dev/alpha\n```",
        "- ```\n/destroy dev/alpha\n  ```",
        "<!-- /destroy -->\n<!--\n/destroy dev/alpha\n-->",
        "text <!-- a --> <!--\n/destroy dev/alpha",
        "<pre>\n/destroy dev/alpha\n</pre>",
        "<blockquote>\n/destroy dev/alpha\n</blockquote>",
        "`/destroy dev/alpha`",
        "- /destroy dev/alpha",
        "/etc/passwd",
        "/etc/passwd is readable",
        "/api/health-check/",
        "/home is full",
        "/",
        "//",
        "/ destroy dev/alpha",
        "\u200b/destroy dev/alpha",
        "\uff0fdestroy dev/alpha",
        "\u2215destroy dev/alpha",
        "\u2028/destroy dev/alpha",
        "\x0b/destroy dev/alpha",
    ],
)
def test_what_is_not_at_the_start_of_a_visible_line_orders_nothing(body: str) -> None:
    assert read_comment(body) == Reading()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("```\ncode\n```", ""),
        ("> quoted\n", ""),
        ("<!-- hidden -->", ""),
        ("- ```\n  code\n  ```", "```\ncode"),
        ("``` `", ""),
    ],
)
def test_what_follows_code_or_a_quote_is_a_command(before: str, after: str) -> None:
    assert read_comment(f"{before}\n/status\n{after}") == Reading(orders=(Order(verb="status"),))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("/destory dev/alpha", "did you mean `/destroy`?"),
        ("/Destroy dev/alpha", "did you mean `/destroy`?"),
        ("/lgtm", "`/help` shows"),
        ("/d\u0435stroy dev/alpha", "look alike"),
        ("/de\u200bstroy dev/alpha", "look alike"),
        ("/destroy dev/\u0430lpha", "look alike"),
        ("/destroy dev/alpha\u200b", "look alike"),
        ("/destroy\u00a0dev/alpha", "look alike"),
        ("/destroy\u2028dev/alpha", "look alike"),
        ("/destroy \u202edev/alpha", "look alike"),
        ("/lock dev/alpha be\u200bcause", "look alike"),
        ("/destroy dev/alpha now", "write `/destroy [NAME]`"),
        ("/destroy dev/alpha; rm -rf /", "write `/destroy [NAME]`"),
        ("/destroy $(reboot)", "write `/destroy [NAME]`"),
        ("/destroy ../../etc", "write `/destroy [NAME]`"),
        ("/destroy ${{ github.token }}", "write `/destroy [NAME]`"),
        ("/status dev/alpha", "write `/status`, and nothing else"),
        ("/confirm", "write `/confirm NAME TOKEN`"),
        ("/confirm dev/alpha 1234", "write `/confirm NAME TOKEN`"),
        (f"/confirm {TOKEN}", "write `/confirm NAME TOKEN`"),
        (f"/confirm dev/alpha {TOKEN} {TOKEN}", "and nothing else"),
        ("/extend dev/alpha", "from 1d to 999d"),
        ("/extend dev/alpha 0d", "from 1d to 999d"),
        ("/extend dev/alpha -3d", "from 1d to 999d"),
        ("/extend dev/alpha 1000d", "from 1d to 999d"),
        ("/extend dev/alpha \u0663d", "look alike"),
        ("/lock dev/alpha", "say why"),
        (f"/lock dev/alpha {'x' * 201}", "200 are allowed"),
        ("/deploy dev/alpha v1 v2", "write `/deploy [NAME] [IMAGE]`"),
        ("/deploy dev/alpha v1|v2", "write `/deploy [NAME] [IMAGE]`"),
    ],
)
def test_what_is_meant_as_a_command_and_is_none_is_refused_with_a_reason(line: str, message: str) -> None:
    reading = read_comment(line)

    assert not reading.orders
    (mistake,) = reading.mistakes
    assert message in mistake.message


def test_too_many_commands_are_refused() -> None:
    lines = [f"/sleep dev/app-{number}" for number in range(MAX_ORDERS + 1)]

    assert not read_comment("\n".join(lines[1:])).mistakes
    assert f"may have {MAX_ORDERS} commands" in read_comment("\n".join(lines)).mistakes[0].message


def test_a_comment_full_of_slashes_is_not_read_to_its_end() -> None:
    (mistake,) = read_comment("/zzz and more\n" * (MAX_CANDIDATES + 1)).mistakes

    assert "begin with a slash" in mistake.message


def test_pasted_paths_are_no_commands_however_many() -> None:
    assert read_comment("/usr/lib/python3\n" * 1000 + "/status") == Reading(orders=(Order(verb="status"),))


HOSTILE = st.lists(
    st.one_of(
        st.sampled_from([f"/{verb}" for verb in verbs()]),
        st.sampled_from(
            ["\n", "\r\n", " ", "dev/alpha", "3d", "v1.2.3", "```", "~~~", ">", "<!--", "-->", "<pre>", "- "]
        ),
        st.text(max_size=12),
    ),
    max_size=40,
).map("".join)


@given(HOSTILE)
@example("/" * 65_536)
@example("/a\n" * 21_000)
@example("<!--" * 16_384)
@example("`" * 65_536)
@example("~~~\n" * 16_384)
@example("- " * 32_768)
@example("1. " * 20_000 + "```")
@example(" " * 65_528 + "/destroy")
@example("/destroy" + " " * 65_000 + "x")
@example("/lock " + "x" * 65_000)
@example("\ud800/destroy")
def test_no_text_makes_it_raise_and_orders_are_made_of_the_grammar_only(body: str) -> None:
    reading = read_comment(body)

    assert len(reading.orders) <= MAX_ORDERS or reading.mistakes
    for order in reading.orders:
        assert order.verb in verbs()
        assert f"/{order.verb}" in body
        if order.name is not None:
            assert NAME_PATTERN.fullmatch(order.name.folder)
            assert NAME_PATTERN.fullmatch(order.name.file)
        assert 0 <= order.days < 1000
        assert order.token == "" or TOKEN_PATTERN.fullmatch(order.token)
        assert order.image == "" or (order.image.isascii() and " " not in order.image and len(order.image) <= 128)
        assert len(order.reason) <= 200
        assert order.reason.isprintable()
    for mistake in reading.mistakes:
        assert len(mistake.line) < 100


def test_no_real_comment_of_githubs_examples_orders_anything() -> None:
    examples = json.loads(EXAMPLES.read_bytes())
    payloads = next(event["examples"] for event in examples if event["name"] == "issue_comment")

    assert len(payloads) == 9
    for payload in payloads:
        assert read_comment(payload["comment"]["body"]) == Reading()
        assert comment_event(payload) is None  # all are on issues


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ({}, True),
        ({"action": "edited"}, False),
        ({"action": "deleted"}, False),
        ({"user": {"login": "x[bot]", "type": "Bot"}}, False),
        ({"user": {"login": "org", "type": "Organization"}}, False),
        ({"user": None}, False),
        ({"performed_via_github_app": {"id": 1}}, False),
        ({"issue": {"number": 7}}, False),
        ({"comment": None}, False),
    ],
)
def test_only_what_a_person_newly_comments_on_a_pull_request_counts(
    changed: dict[str, object], *, counts: bool
) -> None:
    examples = json.loads(EXAMPLES.read_bytes())
    payloads = next(event["examples"] for event in examples if event["name"] == "issue_comment")
    for payload in payloads:
        given = {**payload, "action": "created"}
        given["issue"] = {**payload["issue"], "pull_request": {"url": "https://example.com"}}
        given["comment"] = {**payload["comment"], **{k: v for k, v in changed.items() if k not in given}}
        given |= {key: value for key, value in changed.items() if key in given}

        event = comment_event(given)

        assert (event is not None) == counts
        if event is not None:
            assert event.comment.body == payload["comment"]["body"]
            assert event.number == payload["issue"]["number"]
