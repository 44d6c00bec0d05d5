"""CloudFormation's stack statuses: what each means for a deployment, and the remedy for those that block one.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html lists them all.
"""

from constructs_lib.config.environments import AccountRegion
from constructs_lib.config.naming import EnvironmentName

REVIEW = "REVIEW_IN_PROGRESS"
"""A change set was made for a stack that does not exist yet. Nothing runs and nothing is going on."""

DELETING = "DELETE_IN_PROGRESS"

DELETED = "DELETE_COMPLETE"

_GOOD = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}
_OPERATIONAL = _GOOD | {"UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"}


def is_good(status: str) -> bool:
    """Whether the last deployment succeeded and has ended."""
    return status in _GOOD


def is_operational(status: str) -> bool:
    """Whether the stack runs a whole deployment, be it an earlier one than the last tried."""
    return status in _OPERATIONAL


def has_services(status: str) -> bool:
    """Whether the stack has been created and is not being deleted: the services of an app run, or should."""
    return is_operational(status) or status.startswith("UPDATE_")


def is_drift_detectable(status: str) -> bool:
    """Whether CloudFormation detects drift of a stack in this status.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/detect-drift-stack.html
    """
    return status in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}


def is_moving(status: str) -> bool:
    """Whether CloudFormation is working on the stack."""
    return status.endswith("_IN_PROGRESS") and status != REVIEW


def in_words(status: str) -> str:
    """Return the status as the status command shows it."""
    if is_good(status):
        return "deployed"
    if is_operational(status):
        return "deployed (last update failed)"
    if is_moving(status):
        return status.removesuffix("_IN_PROGRESS").replace("_", " ").lower() + " in progress"
    if status == REVIEW:
        return "not deployed"
    return "failed: " + status


def remedy(status: str, name: EnvironmentName, where: AccountRegion, *, guarded: bool) -> str | None:
    """Return what a user must do before a stack in this status can be deployed, or None when nothing.

    A stack that failed to be created (ROLLBACK_COMPLETE) never ran, and the CDK replaces it by itself; not so when it
    is `guarded`, that is production or under termination protection: what was retained may hold data.
    """
    confirm = f" --confirm {name}" if guarded else ""
    destroy = f"remove what is left with `gitops destroy {name}{confirm}`, then deploy again"
    aws = f"--stack-name {name.stack} --region {where.region}"
    if status == "ROLLBACK_COMPLETE" and not guarded:
        return None
    return {
        "ROLLBACK_COMPLETE": f"its creation failed and was rolled back; {destroy}",
        "ROLLBACK_FAILED": f"its creation failed and could not be rolled back; {destroy}",
        "CREATE_FAILED": f"its creation failed and was not rolled back; {destroy}",
        "DELETE_FAILED": f"its deletion failed half-way; {destroy}",
        "UPDATE_FAILED": (
            "its last update failed and was not rolled back; "
            f"run `aws cloudformation rollback-stack {aws}`, then deploy again"
        ),
        "UPDATE_ROLLBACK_FAILED": (
            "its last update failed and could not be rolled back; put right what the stack's events name, "
            f"run `aws cloudformation continue-update-rollback {aws}`, then deploy again"
        ),
    }.get(status)


def advice(status: str, name: EnvironmentName, where: AccountRegion, *, guarded: bool) -> str:
    """Return what a deployment that just failed has left behind, and what to do next."""
    blocked = remedy(status, name, where, guarded=guarded)
    if blocked:
        return blocked
    if is_moving(status):
        return f"CloudFormation still works on it ({status}); run `gitops deploy {name}` again to wait for the end"
    if is_operational(status):
        return f"it was rolled back and runs as before; put it right, then run `gitops deploy {name}` again"
    return f"it was rolled back and nothing of it runs; put it right, then run `gitops deploy {name}` again"
