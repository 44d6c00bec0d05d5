"""Answers of three kinds, and all that is wrong with them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops.errors import UserError
from gitops.init.answers import collect
from gitops.init.questions import QUESTIONS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def given(tmp_path: Path) -> dict[str, str]:
    return {
        "source": str(tmp_path),
        "account_id": "012345678901",
        "region": "eu-west-1",
        "domain": "dev.acme.example",
        "hosted_zone_id": "Z0123456789ABCDEFGHIJ",
        "repository": "acme/deployments",
        "image_repository": "shop",
        "owner": "monalisa",
    }


def problems(options: dict[str, str], file: Path | None = None) -> list[str]:
    with pytest.raises(UserError) as caught:
        collect(options, file, None)
    first, *others = str(caught.value).splitlines()
    assert first == "these answers cannot be used; nothing was written"
    return others


def test_options_are_enough(given: dict[str, str]) -> None:
    assert collect(given, None, None) == {**given, "image": "v0.1.0", "app": "first"}


def test_a_file_has_the_same_keys_and_options_come_first(given: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(
        "".join(f'{name}: "{value}"\n' for name, value in given.items() if name != "source") + "source: .\n"
    )

    answers = collect({"region": "us-east-1"}, file, None)

    assert answers == {**given, "region": "us-east-1", "image": "v0.1.0", "app": "first"}


def test_every_wrong_option_is_named(given: dict[str, str]) -> None:
    wrong = {"account_id": "1", "domain": "Dev", "owner_id": "0", "app": "A", "reviewers": "acme", "source": "nowhere"}

    found = problems({**given, **wrong, "health_check_path": "well"})

    assert [line.partition(": ")[0] for line in found] == [
        "--source",
        "--account-id",
        "--domain",
        "--owner-id",
        "--app",
        "--reviewers",
        "--health-check-path",
        "--owner-id and --repository-id",
    ]


def test_every_wrong_line_of_the_file_is_named(given: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("regoin: eu-west-1\naccount_id: [1]\ndomain: DEV\n")
    del given["account_id"], given["domain"]

    found = problems(given, file)

    assert found[0] == f"{file}:1:1: regoin: not an answer of gitops init; did you mean region?"
    assert found[1] == f"{file}:2:1: account_id: must be one value"
    assert found[2].startswith(f"{file}:3:1: domain: must be a domain in lowercase")


def test_a_file_that_is_no_yaml_has_its_line(given: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("region: eu-west-1\nregion: eu-west-2\n")

    assert problems(given, file)[0].startswith(f"{file}:2:1")
    assert "cannot be read" in problems(given, tmp_path / "other.yaml")[0]


def test_what_is_missing_is_named_with_its_meaning() -> None:
    found = problems({})

    assert len(found) == sum(question.required and not question.with_production for question in QUESTIONS.values())
    assert "--domain: is missing: domain below which ad hoc environments answer" in found


def test_production_needs_an_account_domain_and_zone_of_its_own(given: dict[str, str]) -> None:
    found = problems({**given, "production_account_id": given["account_id"]})

    assert [line.partition(": ")[0] for line in found] == [
        "--production-domain",
        "--production-hosted-zone-id",
        "--production-account-id",
    ]
    assert problems({**given, "production_domain": "acme.example"}) == [
        "--production-domain: has no effect without --production-account-id"
    ]


def test_on_a_terminal_what_is_missing_is_asked_until_it_is_right(
    given: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    said = iter(["Mars", "eu-west-1", ""])
    del given["region"]

    def ask(question: str) -> str:
        asked.append(question)
        return next(said)

    assert collect(given, None, ask)["region"] == "eu-west-1"
    assert asked == [f"{QUESTIONS[name].text}: " for name in ("region", "region", "production_account_id")]
    assert "must be an AWS region" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["on-call@acme.example", ""])
def test_the_address_for_alarms_of_production_is_asked_and_may_be_left_open(
    given: dict[str, str], address: str
) -> None:
    answers = {
        "production_account_id": "444444444444",
        "production_domain": "acme.example",
        "production_hosted_zone_id": "Z9876543210ZYXWVUTSRQ",
        "production_alarm_email": address,
    }
    said = {f"{QUESTIONS[name].text}: ": answer for name, answer in answers.items()}

    collected = collect(given, None, said.pop)

    assert said == {}, "each is asked once"
    assert collected.get("production_alarm_email", "") == address


def test_an_address_for_alarms_has_to_be_one_and_to_belong_to_production(given: dict[str, str]) -> None:
    assert problems({**given, "production_alarm_email": "on-call"}) == [
        "--production-alarm-email: must be an e-mail address, not 'on-call'",
        "--production-alarm-email: has no effect without --production-account-id",
    ]
