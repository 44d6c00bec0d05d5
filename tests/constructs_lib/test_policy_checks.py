"""cdk-nag's AwsSolutions rules: every finding is fixed, or accepted with a reason beside the resource."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import cdk_nag
import pytest
from aws_cdk import aws_s3 as s3

import app as table_of_contents
from constructs_lib.feature_flags import FEATURE_FLAGS
from tests.sample import ENVIRONMENTS

VALID = Path(__file__).parents[1] / "fixtures" / "environments" / "valid"
FOLDERS = (ENVIRONMENTS, *(VALID / name / "environments" for name in ("every-field", "cache-without-tls")))


def checked_app(outdir: Path, folder: Path = ENVIRONMENTS) -> cdk.App:
    """Return an app whose synthesis fails on findings."""
    app = cdk.App(context={**FEATURE_FLAGS, "environments": str(folder)}, outdir=str(outdir))
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    return app


def findings(outdir: Path) -> list[str]:
    """Return the findings of the report that a failed synthesis left behind."""
    report: dict[str, Any] = json.loads((outdir / "validation-report.json").read_text())
    return [
        f"{violation['ruleName']}: {construct['constructPath']}"
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_environments_have_no_open_finding(folder: Path, tmp_path: Path) -> None:
    app = checked_app(tmp_path, folder)
    table_of_contents.assemble(app)
    try:
        app.synth()
    except RuntimeError:
        pytest.fail("\n".join(findings(tmp_path)))


def test_a_careless_bucket_is_found(tmp_path: Path) -> None:
    app = checked_app(tmp_path)
    s3.Bucket(cdk.Stack(app, "Careless"), "Bucket")
    with pytest.raises(RuntimeError, match="AwsSolutions-S1"):
        app.synth()
    assert any(finding.startswith("AwsSolutions-S1:") for finding in findings(tmp_path))
