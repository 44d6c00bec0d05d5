"""What is read from the output of the CDK CLI."""

from gitops.cdk.cli import failed_stacks

OUTPUT = """\
dev-beta: deploying... [1/2]
✅  dev-beta

❌  dev-alpha failed to deploy
‣ ToolkitError: Stack dev-alpha is in UPDATE_IN_PROGRESS state and can not be updated.

failed to deploy
"""


def test_stacks_that_failed_are_told_from_others_with_the_reason() -> None:
    reason = "ToolkitError: Stack dev-alpha is in UPDATE_IN_PROGRESS state and can not be updated."

    assert failed_stacks(OUTPUT) == {"dev-alpha": reason}
    assert failed_stacks("") == {}
