"""`gitops command`: what a comment of a pull request orders, decided and, step by step, performed."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError
from gitops.chatops import answers, authorise, decision, event, grammar
from gitops.chatops.decision import Refusal
from gitops.chatops.errors import RefusedError
from gitops.chatops.request import Request
from gitops.errors import UserError
from gitops.github import actions
from gitops.github.actions import Run
from gitops.github.transport import GitHubError
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from gitops.aws.target import TargetName
    from gitops.chatops.answers import Answer
    from gitops.chatops.decision import Step
    from gitops.chatops.event import CommentEvent
    from gitops.github.model import Permission
    from gitops.github.repository import Repository

_NO_STEPS: dict[str, list[object]] = {"git": [], "read": [], "deploy": [], "destroy": []}


def command(*, folder: Path, perform: int | None, requested_target: TargetName | None, today: date) -> int:
    """Decide what the comment that started this run orders, or carry out its step `perform`.

    Returns 0 also for what is refused: the answer to the comment says why. Raises UserError when something that was
    ordered and allowed did not work; the answer says that too.
    """
    run = Run.from_environ()
    if perform is None:
        actions.set_outputs(_NO_STEPS)  # an output that is not set again
    commented = event.from_payload(run.payload())
    reading = grammar.read(commented.comment.body) if commented else grammar.Reading()
    if commented is None or not (reading.orders or reading.mistakes):
        say("no command")
        return 0
    repository = run.connect()
    permission = repository.permission(commented.comment.author)
    if not authorise.may_command(permission) or not _started_by_author(commented):
        _ignore(repository, commented, permission)
        return 0
    try:
        request = Request(
            event=commented,
            repository=repository,
            declared=load(folder, today=today),
            folder=folder,
            today=today,
            run_url=run.url,
            sha=run.sha,
            requested_target=requested_target,
        )
        if perform is None:
            _decide(request, reading, permission)
        else:
            _perform(request, decision.decide(request, reading.orders, permission), perform, permission)
    except (UserError, DeclarationError) as error:
        _tell_failure(repository, commented, error, run.url)
        raise
    return 0


def _started_by_author(commented: CommentEvent) -> bool:
    """Whether whoever started this run, for the first time or again, is who commented."""
    author = commented.comment.author
    return os.environ.get("GITHUB_TRIGGERING_ACTOR", author).casefold() == author.casefold()


def _ignore(repository: Repository, commented: CommentEvent, permission: Permission) -> None:
    """Leave a comment unanswered: whoever may not command shall not have a bot talk either."""
    login = commented.comment.author
    why = f"its author has the permission {permission}, and commands need write; or somebody else started the run again"
    say(f"the comment of {login} is ignored: {why}")
    actions.add_summary(f"A comment was ignored: {why}.")
    repository.react(commented.comment.id, "confused")


def _decide(request: Request, reading: grammar.Reading, permission: Permission) -> None:
    comment_id = request.event.comment.id
    request.repository.react(comment_id, "eyes")
    if reading.mistakes:
        _answer(request, answers.mistakes(reading.mistakes), done=False)
        return
    outcomes = decision.decide(request, reading.orders, permission)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    if refused:
        _answer(request, answers.refusals(refused), done=False)
        return
    matrices = decision.entries(request, outcomes)
    if any(order.verb == "help" for order in reading.orders):
        _answer(request, answers.help_table(), done=True)
    actions.set_outputs({str(job): entries for job, entries in matrices.items()})
    print(json.dumps(matrices, indent=1))


def _perform(request: Request, outcomes: Sequence[Step | Refusal], number: int, permission: Permission) -> None:
    if not 0 <= number < len(outcomes):
        raise UserError(f"the comment has no step {number}")
    outcome = outcomes[number]
    if isinstance(outcome, Refusal):
        _answer(request, answers.refusals([outcome]), done=False)
        return
    try:
        answer = _carry_out(request, outcome, permission)
    except RefusedError as error:
        refusal = Refusal(order=outcome.order, message=str(error))
        _answer(request, answers.refusals([refusal]), done=False)
        return
    _answer(request, answers.reply(outcome.order, answer, request.run_url), done=answer.done)
    if not answer.done:
        raise _AnsweredError(f"{answers.written(outcome.order)} did not work")


class _AnsweredError(UserError):
    """What was ordered did not work, and the answer has said so."""


def _carry_out(request: Request, step: Step, permission: Permission) -> Answer:
    """Do what a step orders. The modules that talk to AWS are imported here: deciding does without them."""
    order, environment = step.order, step.environment
    if order.verb == "plan":
        from gitops.chatops import planning  # noqa: PLC0415

        return planning.plan(request)
    if environment is None:
        from gitops.chatops import looking  # noqa: PLC0415

        return looking.status(request, step.account)
    if step.job == "git":
        from gitops.chatops import edits  # noqa: PLC0415

        return edits.perform(request, order, environment.name, permission)
    if step.job == "deploy":
        from gitops.chatops import running  # noqa: PLC0415

        return running.perform(request, order, environment)
    from gitops.chatops import destroying  # noqa: PLC0415

    if order.verb == "confirm":
        return destroying.confirm(request, environment, order.token)
    return destroying.ask(request, environment)


def _answer(request: Request, text: str, *, done: bool) -> None:
    """Answer the comment, and react to it."""
    request.repository.create_comment(request.event.number, text)
    request.repository.react(request.event.comment.id, "rocket" if done else "confused")
    actions.add_summary(text)


def _tell_failure(repository: Repository, commented: CommentEvent, error: Exception, run_url: str) -> None:
    """Say in the conversation that something did not work; GitHub may be what does not work."""
    if isinstance(error, _AnsweredError):
        return
    text = f"{answers.failure(str(error))}\n\n{answers.log(run_url)}"
    try:
        repository.create_comment(commented.number, text)
        repository.react(commented.comment.id, "confused")
    except GitHubError as unsaid:
        say(f"GitHub could not be told: {unsaid}")
