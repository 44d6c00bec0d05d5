"""From orders to steps: the environment or account of each order, whether it is allowed, and the job that does it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypedDict, assert_never

from constructs_lib.config.environments import read
from gitops.chatops import authorise
from gitops.chatops.authorise import Subject
from gitops.chatops.comment_commands import command_of
from gitops.errors import RefusedError
from gitops.github.job_matrix import account_entry, approval_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from constructs_lib.config.environments import Environment
    from constructs_lib.config.naming import EnvironmentName
    from gitops.chatops.comment_commands import Task
    from gitops.chatops.orders import Order
    from gitops.chatops.request import Request

MATRIX_JOBS: Final = ("git", "read", "deploy", "production", "destroy")
"""The jobs of command.yml with a matrix. `production` is the job that deploys production, after an approval."""


_SLIP: Final = 0.65
"""How alike a word and a name are, from 0 to 1, when the word may be a slip: two letters of three."""


class MatrixEntry(TypedDict):
    """What a job of a matrix has to know of its step. `environment` and `slug` are empty for all but an environment.

    `approval` is the environment of GitHub whose reviewers approve the step if it destroys.
    """

    order: int
    account: str
    role_variable: str
    region: str
    environment: str
    slug: str
    approval: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What one job does: a task of an order, with the name filled in. `account` is where AWS is asked."""

    task: Task
    order: Order
    account: str = ""
    environment: Environment | None = None

    @property
    def target(self) -> Environment:
        """The environment that the step is about. Raises LookupError for a command that is not about one.

        A removal may be about an environment that cannot be resolved; it has only a `name`.
        """
        if self.environment is None:
            raise LookupError(f"/{self.order.verb} is not about an environment")
        return self.environment

    @property
    def name(self) -> EnvironmentName:
        """The name of the environment that the step is about. Raises LookupError as `target`."""
        if self.order.name is None:
            raise LookupError(f"/{self.order.verb} is not about an environment")
        return self.order.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """An order that is not carried out, and why."""

    order: Order
    message: str


def decide_orders(request: Request, orders: Sequence[Order]) -> list[Step | Refusal]:
    """Return the steps and refusals of orders, in their order: the same in every job, so that their numbers are too.

    Raises:
        GitHubError: GitHub does not answer what it is asked to judge by.
    """
    outcomes: list[Step | Refusal] = []
    for order in orders:
        try:
            outcomes += _steps(request, order)
        except RefusedError as error:
            outcomes.append(Refusal(order=order, message=str(error)))
    return outcomes


def matrices(request: Request, outcomes: Sequence[Step | Refusal]) -> dict[str, list[MatrixEntry]]:
    """Return the matrix of each job that has one."""
    entries: dict[str, list[MatrixEntry]] = {job: [] for job in MATRIX_JOBS}
    for number, outcome in enumerate(outcomes):
        if isinstance(outcome, Step) and (job := _job(outcome)) in entries:
            entries[job].append(_entry(request, number, outcome))
    return entries


def _job(step: Step) -> str:
    """Return the job that takes a step: a deployment of production is approved before it begins."""
    job, environment = step.task.job, step.environment
    return "production" if job == "deploy" and environment is not None and environment.is_production else job


def _steps(request: Request, order: Order) -> Iterable[Step]:
    """Return the steps of an order. Raises RefusedError."""
    order = _with_image(request, order)
    command = command_of(order.verb)
    tasks = command.tasks_of(order)
    match command.scope:
        case "comment":
            return [Step(task=task, order=order) for task in tasks]
        case "pull request":
            # No AWS account is asked; a job of the matrix still takes the role of one.
            return [Step(task=task, order=order, account=_accounts(request)[0]) for task in tasks]
        case "account":
            return [Step(task=task, order=order, account=name) for task in tasks for name in _accounts(request)]
        case "environment":
            name = _name(request, order)
            environment = _environment(request, order, name)
            subject = Subject.of(environment) if environment else Subject.of_wrong(name, request.declared)
            if reason := authorise.refusal_reason(order.verb, request.login, request.permission, subject):
                raise RefusedError(f"{name}: {reason}")
            if order.token:
                request.confirmed(order.token, name)  # refused now rather than after an approval
            named = replace(order, name=name)
            account = _account(request, name)
            return [Step(task=task, order=named, account=account, environment=environment) for task in tasks]
    assert_never(command.scope)


def _accounts(request: Request) -> list[str]:
    """Return the accounts of the environments that the pull request touches, or of all."""
    declared = request.declared
    accounts = {account for name in request.touched if (account := declared.account_of(name)) in declared.accounts}
    if not accounts:
        accounts = set(declared.accounts)
    if not accounts:
        raise RefusedError(f"nothing is declared on {request.event.default_branch}")
    return sorted(filter(None, accounts))


def _account(request: Request, name: EnvironmentName) -> str:
    """Return the account of an environment. Raises RefusedError when no readable file says which."""
    account = request.declared.account_of(name)
    if account is None and len(request.declared.accounts) == 1:
        (account,) = request.declared.accounts
    if account not in request.declared.accounts or account is None:
        raise RefusedError(
            f"the account of {name} cannot be read: correct the files of its base and its account first, or use "
            f"`gitops destroy {name}` with credentials for that account"
        )
    return account


def _name(request: Request, order: Order) -> EnvironmentName:
    """Return the environment that an order names, or that the pull request touches."""
    if order.name is not None:
        return order.name
    if len(request.touched) != 1:
        listed = ", ".join(map(str, request.touched)) or "none"
        raise RefusedError(f"this pull request touches {len(request.touched)} environments ({listed}); name one")
    return request.touched[0]


def _with_image(request: Request, order: Order) -> Order:
    """Return an order whose only word names no base, and resembles no name, as one for that image.

    `/deploy a1b2c3d` means an image where the pull request touches one environment.

    Raises RefusedError when the word is close to the name of an environment, so that a slip is not deployed.
    """
    if not order.word or order.name in request.declared.names or len(request.touched) != 1:
        return order
    declared = sorted(name for name in request.declared.names if not name.is_account)
    names = {word: name for name in declared for word in (str(name), name.folder if name.is_base else name.file)}
    close = difflib.get_close_matches(order.word, names, n=1, cutoff=_SLIP)
    if not close:
        return replace(order, name=None, image=order.word, word="")
    raise RefusedError(
        f"{order.word} is not a base; did you mean {names[close[0]]}? If it is an image: "
        f"`/{order.verb} {request.touched[0]} {order.word}`"
    )


def _environment(request: Request, order: Order, name: EnvironmentName) -> Environment | None:
    """Return an environment of the default branch; None for a removal of one whose file cannot be resolved.

    Administrators may remove what is not declared any more.

    One that collides with another is judged by the job that deploys it, which can see which one is deployed.

    Raises RefusedError when it is not declared, when it is wrong, or when nothing of its file can be read.
    """
    declared = request.declared
    is_removal = command_of(order.verb).who == "owner"
    if name in declared:
        return declared[name]
    if is_removal and name in declared.sources:
        return declared.well_formed.get(name)
    if name in declared.well_formed:
        alone = read(request.folder, today=request.today, established={name})
        if name in alone:
            return alone[name]
    if name in declared.wrong:
        listed = "; ".join(map(str, declared.wrong[name]))
        raise RefusedError(f"{name} is wrong on {request.event.default_branch}: {listed}")
    if is_removal and request.permission == "admin":
        return None
    left_over = "; an administrator of this repository may destroy what is left of it" if is_removal else ""
    raise RefusedError(f"{undeclared(request, name)}{left_over}")


def undeclared(request: Request, name: EnvironmentName) -> str:
    """Return the beginning of a sentence about an environment that is not declared, with the name that may be meant."""
    close = difflib.get_close_matches(str(name), map(str, request.declared.names), n=1)
    guess = f"; did you mean {close[0]}?" if close else ""
    return f"{name} is not declared on {request.event.default_branch}{guess}"


def _entry(request: Request, number: int, step: Step) -> MatrixEntry:
    name = step.order.name if command_of(step.order.verb).scope == "environment" else None
    return MatrixEntry(
        order=number,
        **account_entry(step.account, request.declared.accounts[step.account]),
        environment=str(name or ""),
        slug=name.stack if name else "",
        approval=approval_of(step.environment.kind if step.environment else ""),
    )
