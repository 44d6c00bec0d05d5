from gitops.aws.session import AwsError
from gitops.deploy.preflight.check import Check, Finding, run


def unreachable() -> str:
    raise AwsError("these AWS credentials may not do this", "AccessDenied")


def test_all_checks_are_made_and_stay_in_order() -> None:
    findings = run(
        [
            Check("one", [], lambda: "it is gone"),
            Check("two", [], unreachable),
            Check("three", [], lambda: ""),
        ]
    )

    assert findings == [
        Finding("one", [], "missing", "it is gone"),
        Finding("two", [], "not checked", "these AWS credentials may not do this"),
        Finding("three", [], "ok", ""),
    ]
