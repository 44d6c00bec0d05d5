from gitops.aws.session import AwsError
from gitops.deploy.preflight.check import PreflightCheck, PreflightFinding, run_checks


def unreachable() -> str:
    raise AwsError("these AWS credentials may not do this", "AccessDenied")


def test_all_checks_are_made_and_stay_in_order() -> None:
    findings = run_checks(
        [
            PreflightCheck("one", [], lambda: "it is gone"),
            PreflightCheck("two", [], unreachable),
            PreflightCheck("three", [], lambda: ""),
        ]
    )

    assert findings == [
        PreflightFinding("one", [], "missing", "it is gone"),
        PreflightFinding("two", [], "not checked", "these AWS credentials may not do this"),
        PreflightFinding("three", [], "ok", ""),
    ]
