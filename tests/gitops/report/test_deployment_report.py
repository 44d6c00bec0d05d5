from gitops.github.sticky_comment import COMMENT_LENGTH, marker
from gitops.report.deployment_report import LENGTH, PLAN_FOLLOWS, TOPIC, render
from gitops.report.results import Record

RUN_URL = "https://github.com/example/environments/actions/runs/1"
PLAN = f"{marker(TOPIC)}\n### Plan\n\n`dev/alpha` is created"


def rendered(*records: Record, limit: int = LENGTH, before: str = "") -> str:
    return render(records, sha="0123456789abcdef", run_url=RUN_URL, limit=limit, before=before)


def test_an_environment_is_a_row_with_its_address_and_time() -> None:
    text = rendered(Record(environment="dev/alpha", outcome="created", seconds=12.3, url="https://alpha.example.com"))

    assert "1 environment, as declared" in text
    assert "| `dev/alpha` | created | <https://alpha.example.com> | 12 |" in text
    assert f"Commit `0123456`, [log]({RUN_URL})" in text


def test_no_environment_is_a_report_too() -> None:
    assert rendered().startswith("### No environment was to be deployed or destroyed")


def test_a_failure_has_its_reason_as_code_and_what_to_do_next() -> None:
    reason = "Second (AWS::SNS::Topic): </details> @octocat ``` [x](y)"
    text = rendered(
        Record(environment="dev/alpha", outcome="failed", reason=reason),
        Record(environment="dev/beta", outcome="created"),
    )

    assert "1 of 2 environments failed" in text
    assert f"````text\n{reason}\n````" in text
    assert "`/deploy dev/alpha`" in text
    assert "`/deploy dev/beta`" not in text


def test_what_a_lock_and_a_protected_branch_ask_for_is_said() -> None:
    text = rendered(
        Record(environment="dev/alpha", outcome="locked", reason="locked by monalisa: a demonstration"),
        Record(environment="dev/beta", outcome="proposed", url="https://github.com/example/environments/pull/7"),
        Record(environment="dev/gamma", outcome="superseded"),
    )

    assert "`/unlock dev/alpha`" in text
    assert "merge <https://github.com/example/environments/pull/7>" in text
    assert "left to a newer change" in text
    assert "1 of 3 environments failed" in text


def test_an_address_that_is_none_is_no_link() -> None:
    text = rendered(Record(environment="dev/alpha", outcome="created", url="javascript:alert(1)|x"))

    assert "`javascript:alert(1)¦x`" in text
    assert "<javascript" not in text


def test_the_plan_is_folded_below_and_stays_when_the_report_is_written_again() -> None:
    record = Record(environment="dev/alpha", outcome="failed", reason="the first try")
    first = f"{marker(TOPIC)}\n{rendered(record, before=PLAN)}"
    second = rendered(Record(environment="dev/alpha", outcome="updated"), before=first)

    for text in (first, second):
        assert text.count("<details>") == 1
        assert text.count(PLAN_FOLLOWS) == 1
        assert text.count("`dev/alpha` is created") == 1
    assert "the first try" not in second


def test_what_does_not_fit_goes_the_plan_first_then_rows_and_it_is_said() -> None:
    many = [Record(environment=f"dev/app-{n}", outcome="created", url="https://a.example.com") for n in range(60)]
    without_plan = rendered(*many, before=f"{marker(TOPIC)}\n{'x' * LENGTH}")
    huge = [
        Record(environment=f"dev/app-{n}", outcome="failed" if n % 2 else "created", reason="line\n" * 2000)
        for n in range(900)
    ]
    cut = rendered(*huge)

    assert without_plan.count("| `dev/app-") == 60
    assert PLAN_FOLLOWS not in without_plan
    assert len(f"{marker(TOPIC)}\n{cut}") <= COMMENT_LENGTH
    assert "450 of 900 environments failed" in cut
    assert "#### `dev/app-1` **failed**" in cut
    assert "This is not all" in cut
    assert cut.count("```text") == cut.count("```\n\n")
