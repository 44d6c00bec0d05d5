"""What checkov finds and is accepted has a reason, and nothing else has one."""

import json
import re

from tests.constructs_lib.synthesis import ROOT

CHECK = re.compile(r"CKV2?_AWS_\d+")


def test_every_accepted_finding_of_checkov_has_a_reason_and_every_reason_a_finding() -> None:
    baseline = json.loads((ROOT / "tests/golden/.checkov.baseline").read_text())
    accepted = {
        check for file in baseline["failed_checks"] for finding in file["findings"] for check in finding["check_ids"]
    }
    rows = [line for line in (ROOT / "docs/security.md").read_text().splitlines() if line.startswith("| CKV")]
    reasons = [check for row in rows for check in CHECK.findall(row)]
    assert accepted
    assert sorted(reasons) == sorted(accepted)
