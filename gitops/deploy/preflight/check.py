"""A check before a deployment, and what it has found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal, NamedTuple

from gitops.aws.session import CONNECTIONS, AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.cloudformation import DeployedStack
    from gitops.cdk.assembly import SynthesisedStack

FindingState = Literal["ok", "missing", "not checked"]


class DeploymentCandidate(NamedTuple):
    """An environment on its way to a deployment: its new stack, and the one that is deployed, if there is one."""

    name: EnvironmentName
    stack: SynthesisedStack
    deployed: DeployedStack | None


class PreflightCheck(NamedTuple):
    """Something that environments need.

    `problem` returns what is wrong with it, or an empty string; it raises AwsError when AWS cannot be asked. It is
    called in a thread of its own.
    """

    subject: str
    environments: Sequence[EnvironmentName]
    problem: Callable[[], str]


class PreflightFinding(NamedTuple):
    """What a check has found; `why` says what is missing, or why that is not known."""

    subject: str
    environments: Sequence[EnvironmentName]
    state: FindingState
    why: str


def run_checks(checks: Iterable[PreflightCheck]) -> list[PreflightFinding]:
    """Make all checks and return what they found, in their order. None of them stops the others."""
    with ThreadPoolExecutor(max_workers=CONNECTIONS) as pool:
        return list(pool.map(_run, checks))


def _run(check: PreflightCheck) -> PreflightFinding:
    try:
        why = check.problem()
    except AwsError as error:
        return PreflightFinding(check.subject, check.environments, "not checked", str(error))
    return PreflightFinding(check.subject, check.environments, "missing" if why else "ok", why)
