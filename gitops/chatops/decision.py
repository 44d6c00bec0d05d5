"""From orders to steps: which environment each is about, whether it is allowed, and which job does it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypedDict, get_args

from constructs_lib.config.environments import parse_name
from gitops.chatops import authorise
from gitops.chatops.errors import RefusedError
from gitops.github.job_matrix import account_entry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs_lib.config.environments import Environment
    from constructs_lib.config.naming import EnvironmentName
    from gitops.chatops.grammar import Order, Verb
    from gitops.chatops.request import Request
    from gitops.github.model import Permission

Job = Literal["git", "read", "deploy", "destroy"]
"""A job of the workflow: each has the permissions that its steps need, and no more."""

JOB_OF: Final[Mapping[Verb, Job]] = {
    "plan": "read",
    "status": "read",
    "destroy": "read",
    "extend": "git",
    "lock": "git",
    "unlock": "git",
    "deploy": "deploy",
    "sleep": "deploy",
    "wake": "deploy",
    "confirm": "destroy",
}
OF_AN_ACCOUNT: Final[frozenset[Verb]] = frozenset({"plan", "status"})
_MOST_ACCOUNTS: Final[Mapping[Verb, int | None]] = {"plan": 1, "status": None}
"""A plan of declarations asks no AWS, so one job makes it for all accounts; the state is asked in each."""

GITHUB_ENVIRONMENT_OF: Final[Mapping[Job, str]] = {"git": "", "read": "plan", "deploy": "deploy", "destroy": "destroy"}
"""The environment of the repository whose role a job takes; that of production is another one."""


class Entry(TypedDict):
    """What a job of a matrix has to know of its step. What is of no one environment has no name.

    `github_environment` is the one of the repository that has the role; empty for a job that has none.
    """

    order: int
    account: str
    role_variable: str
    region: str
    environment: str
    slug: str
    github_environment: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What one job does: an order with its name filled in. `account` is where AWS is asked."""

    job: Job
    order: Order
    account: str
    environment: Environment | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """An order that is not carried out, and why."""

    order: Order
    message: str


def decide(request: Request, orders: Sequence[Order], permission: Permission) -> list[Step | Refusal]:
    """Return what comes of orders, in their order: the same for every job of a comment, whose steps are numbered so.

    Raises:
        GitHubError: GitHub does not answer what it is asked to judge by.
    """
    outcomes: list[Step | Refusal] = []
    for order in orders:
        try:
            outcomes += _steps(request, order, permission)
        except RefusedError as error:
            outcomes.append(Refusal(order=order, message=str(error)))
    return outcomes


def entries(request: Request, outcomes: Sequence[Step | Refusal]) -> dict[Job, list[Entry]]:
    """Return the matrix of each job."""
    matrices: dict[Job, list[Entry]] = {job: [] for job in get_args(Job)}
    for number, outcome in enumerate(outcomes):
        if isinstance(outcome, Step):
            matrices[outcome.job].append(_entry(request, number, outcome))
    return matrices


def _steps(request: Request, order: Order, permission: Permission) -> list[Step]:
    """Return the steps of an order. Raises RefusedError."""
    if order.verb == "help":
        return []
    if order.verb in OF_AN_ACCOUNT:
        accounts = _accounts(request)
        return [Step(job="read", order=order, account=account) for account in accounts[: _MOST_ACCOUNTS[order.verb]]]
    environment = _declared(request, order, _name(request, order))
    if reason := authorise.refusal(order.verb, request.login, permission, environment):
        raise RefusedError(f"{environment.name}: {reason}")
    named = replace(order, name=environment.name)
    # A new image is a commit first, by a job that has no credentials of AWS.
    jobs: list[Job] = ["git", "deploy"] if order.image else [JOB_OF[order.verb]]
    account = environment.account
    return [Step(job=job, order=named, account=account, environment=environment) for job in jobs]


def _accounts(request: Request) -> list[str]:
    """Return the accounts of the environments that the pull request touches, or of all."""
    declared = request.declared
    touched = [name if name in declared else name.base for name in request.touched]
    accounts = {declared[name].account for name in touched if name in declared}
    if not accounts:
        accounts = set(declared.accounts)
    if not accounts:
        raise RefusedError(f"nothing is declared on {request.event.default_branch}")
    return sorted(accounts)


def _name(request: Request, order: Order) -> EnvironmentName:
    """Return the environment that an order names, that its token stands for, or that the pull request touches."""
    if order.verb == "confirm":
        return parse_name(request.confirmed(order.token).record.environment)
    if order.name is not None:
        return order.name
    if len(request.touched) != 1:
        listed = ", ".join(map(str, request.touched)) or "none"
        raise RefusedError(f"this pull request touches {len(request.touched)} environments ({listed}); name one")
    return request.touched[0]


def _declared(request: Request, order: Order, name: EnvironmentName) -> Environment:
    """Return an environment of the default branch. Raises RefusedError when it is not declared there."""
    if name in request.declared:
        return request.declared[name]
    close = difflib.get_close_matches(str(name), map(str, request.declared.by_name), n=1)
    guess = f"; did you mean {close[0]}?" if close else ""
    left_over = f"; what is left of it goes with `gitops destroy {name}`" if order.verb in authorise.REMOVALS else ""
    raise RefusedError(f"{name} is not declared on {request.event.default_branch}{guess}{left_over}")


def _entry(request: Request, number: int, step: Step) -> Entry:
    environment = step.environment
    production = environment is not None and environment.is_production
    return Entry(
        order=number,
        **account_entry(step.account, request.declared.accounts[step.account]),
        environment=str(environment.name) if environment else "",
        slug=environment.name.stack if environment else "",
        github_environment="production" if step.job == "deploy" and production else GITHUB_ENVIRONMENT_OF[step.job],
    )
