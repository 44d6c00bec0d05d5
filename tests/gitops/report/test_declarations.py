"""The issue about main as merged: opened when a declaration is wrong, updated, and closed when all are right."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

    from tests.gitops.jobs import Jobs

APP = "kind: ad-hoc-app\nimage: v1\nexpires: 2026-12-05\n"
PR_100, PR_259 = "environments/dev/pr-100.yaml", "environments/dev/pr-259.yaml"


def validate(jobs: Jobs) -> subprocess.CompletedProcess[str]:
    jobs.pull()
    return jobs.run("validate", "--issue", "--format", "github", "--today", "2026-12-01", job="declarations/validate")


def test_one_issue_says_what_is_wrong_as_long_as_something_is(jobs: Jobs) -> None:
    assert validate(jobs).returncode == 0
    assert jobs.github.issues == []

    jobs.merge({PR_100: APP, PR_259: APP})
    collided = validate(jobs)
    (issue,) = jobs.github.issues
    first = issue.body
    jobs.merge({PR_100: f"{APP}imagge: <b>v1</b>\n"})
    validate(jobs)
    second = issue.body
    validate(jobs)
    jobs.merge({PR_100: None})
    right = validate(jobs)

    assert collided.returncode == 1
    assert "::error file=environments/dev/pr-259.yaml,line=1,col=1" in collided.stdout
    assert first.startswith("<!-- gitops:declarations -->\n")
    assert "environments/dev/pr-259.yaml:1:1: services.web: a listener rule would have the priority 32111" in first
    assert "environments/dev/pr-100.yaml:4:1: imagge" in second
    assert right.returncode == 0
    assert len(jobs.github.issues) == 1
    assert issue.state == "closed"
    assert "All declarations are right" in issue.body
