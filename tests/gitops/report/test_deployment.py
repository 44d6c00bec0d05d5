import re
from typing import get_args

import pytest

from gitops.github.sticky_comment import COMMENT_LENGTH, ENVIRONMENTS_TOPIC, marker
from gitops.output.outcome import WORDING, Outcome
from gitops.output.report import show, text_table
from gitops.report.deployment import LENGTH, PLAN_FOLLOWS, deployment_report, render
from gitops.report.results import EnvironmentResult

RUN_URL = "https://github.com/example/environments/actions/runs/1"
PLAN = f"{marker(ENVIRONMENTS_TOPIC)}\n### Plan\n\n`dev/alpha` is created"


def rendered(*results: EnvironmentResult, limit: int = LENGTH, former: str = "") -> str:
    return render(results, sha="0123456789abcdef", run_url=RUN_URL, limit=limit, former=former)


def test_an_environment_is_a_row_with_its_address_and_time() -> None:
    text = rendered(
        EnvironmentResult(
            environment="dev/alpha",
            kind="ad-hoc-app",
            outcome="created",
            resources=31,
            seconds=12.3,
            url="https://alpha.example.com",
        )
    )

    assert "### 1 environment: 1 created" in text
    assert "| `dev/alpha` | ad-hoc-app | created | 31 | 12.3 | <https://alpha.example.com> |" in text
    assert f"Commit `0123456`, [log]({RUN_URL})" in text


def test_no_environment_is_a_report_too() -> None:
    assert rendered().startswith("### No environment to deploy or destroy")


def test_a_failure_has_its_reason_as_code_and_what_to_do_next() -> None:
    reason = "Second (AWS::SNS::Topic): </details> @octocat ``` [x](y)"
    text = rendered(
        EnvironmentResult(environment="dev/alpha", outcome="failed", reason=reason),
        EnvironmentResult(environment="dev/beta", outcome="created"),
    )

    assert "1 of 2 environments failed" in text
    assert f"````text\n{reason}\n````" in text
    assert "`/deploy dev/alpha`" in text
    assert "`/deploy dev/beta`" not in text


def test_what_a_lock_and_a_protected_branch_ask_for_is_said() -> None:
    text = rendered(
        EnvironmentResult(environment="dev/alpha", outcome="locked", reason="locked by monalisa: a demonstration"),
        EnvironmentResult(
            environment="dev/beta", outcome="proposed", url="https://github.com/example/environments/pull/7"
        ),
        EnvironmentResult(environment="dev/gamma", outcome="superseded"),
    )

    assert "`/unlock dev/alpha`" in text
    assert "merge <https://github.com/example/environments/pull/7>" in text
    assert "| superseded |" in text
    assert "1 superseded, 1 locked, 1 not destroyed yet" in text


def test_an_address_that_is_none_is_no_link() -> None:
    text = rendered(EnvironmentResult(environment="dev/alpha", outcome="created", url="javascript:alert(1)|x"))

    assert "`javascript:alert(1)¦x`" in text
    assert "<javascript" not in text


def test_the_plan_is_folded_below_and_stays_when_the_report_is_written_again() -> None:
    record = EnvironmentResult(environment="dev/alpha", outcome="failed", reason="the first try")
    first = f"{marker(ENVIRONMENTS_TOPIC)}\n{rendered(record, former=PLAN)}"
    second = rendered(EnvironmentResult(environment="dev/alpha", outcome="updated"), former=first)

    for text in (first, second):
        assert text.count("<details>") == 1
        assert text.count(PLAN_FOLLOWS) == 1
        assert text.count("`dev/alpha` is created") == 1
    assert "the first try" not in second


def test_a_url_at_which_no_program_answers_is_not_shown() -> None:
    results = [
        EnvironmentResult(environment=name, outcome="created", url=f"https://{name}.example.com")
        for name in ("dev/alpha", "dev/beta")
    ]

    table = text_table(deployment_report(results, {"dev/beta"}).table).splitlines()

    assert table[1].endswith("https://dev/alpha.example.com")
    assert table[2].endswith("  simulated")


def test_what_does_not_fit_goes_the_plan_first_then_rows_and_it_is_said() -> None:
    many = [
        EnvironmentResult(environment=f"dev/app-{n}", outcome="created", url="https://a.example.com") for n in range(60)
    ]
    without_plan = rendered(*many, former=f"{marker(ENVIRONMENTS_TOPIC)}\n{'x' * LENGTH}")
    huge = [
        EnvironmentResult(environment=f"dev/app-{n}", outcome="failed" if n % 2 else "created", reason="line\n" * 2000)
        for n in range(900)
    ]
    cut = rendered(*huge)

    assert without_plan.count("| `dev/app-") == 60
    assert PLAN_FOLLOWS not in without_plan
    assert len(f"{marker(ENVIRONMENTS_TOPIC)}\n{cut}") <= COMMENT_LENGTH
    assert "450 of 900 environments failed" in cut
    assert "#### `dev/app-1` **failed**" in cut
    assert "The report is shortened" in cut
    assert cut.count("```text") == cut.count("```\n\n")


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_the_terminal_says_what_the_comment_says(outcome: Outcome, capsys: pytest.CaptureFixture[str]) -> None:
    result = EnvironmentResult(
        environment="dev/alpha", outcome=outcome, reason="because", url="https://a.example.com/7"
    )

    comment = normalized(rendered(result).replace("`/deploy", "`gitops deploy"))
    show(deployment_report([result]))
    shown = capsys.readouterr()

    assert WORDING[outcome].label in comment
    assert WORDING[outcome].label in shown.out
    for line in shown.err.splitlines():
        assert normalized(line).removesuffix(":") in comment


def normalized(text: str) -> str:
    """Return a text without Markdown and capitals."""
    return re.sub("[`*<>]", "", text.casefold()).strip()


def test_every_outcome_has_its_words() -> None:
    assert set(WORDING) == set(get_args(Outcome))
