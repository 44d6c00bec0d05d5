"""What schedules of jobs become."""

import pytest

from constructs_lib.config.cron import expression


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 3 * * *", "cron(0 3 * * ? *)"),
        ("*/15 * * * *", "cron(0,15,30,45 * * * ? *)"),
        ("0 3 * * 1-5", "cron(0 3 ? * MON,TUE,WED,THU,FRI *)"),
        ("0 3 * * 0,7", "cron(0 3 ? * SUN *)"),
        ("0 3 * * 5-7", "cron(0 3 ? * SUN,FRI,SAT *)"),
        ("0 3 * * sun", "cron(0 3 ? * SUN *)"),
        ("5,6,7,9 8-18/2 1 jan,JUL *", "cron(5-7,9 8,10,12,14,16,18 1 1,7 ? *)"),
        ("50/5 0 1-31 * 0-6", "cron(50,55 0 * * ? *)"),
        ("0-59 */1 * 1-12 *", "cron(* * * * ? *)"),
    ],
)
def test_schedules_are_written_as_aws_has_them(text: str, expected: str) -> None:
    assert expression(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 3 * *", "has 4 fields, not 5"),
        ("0 3 * * * *", "has 6 fields, not 5"),
        ("@daily", "has 1 fields, not 5"),
        ("60 3 * * *", '"60" is not a valid minute, 0 to 59'),
        ("0 24 * * *", '"24" is not a valid hour'),
        ("0 3 0 * *", '"0" is not a valid day of the month'),
        ("0 3 * * mo", '"mo" is not a valid day of the week'),
        ("0 3 * * fri-mon", "begins after its end"),
        ("*/0 3 * * *", "has a step that is not a whole number from 1"),
        ("*/ 3 * * *", "has a step that is not a whole number from 1"),
        ("1,, 3 * * *", '"" is not a valid minute'),
        ("² 3 * * *", "is not a valid minute"),
        ("0 3 1 * 1", "names days of the month and days of the week"),
    ],
)
def test_what_aws_does_not_have_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        expression(text)


def test_longest_schedule_fits() -> None:
    odd = ",".join(str(value) for value in range(0, 60, 2))

    assert len(expression(f"{odd} */2 */2 */2 *")) <= 256
