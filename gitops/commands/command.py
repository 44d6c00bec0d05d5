"""`gitops command`: the commands in a comment of a pull request, decided and, step by step, carried out."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from constructs_lib.config.environments import read
from constructs_lib.config.errors import DeclarationError
from gitops.chatops import answers, authorise, decision
from gitops.chatops.decision import Refusal
from gitops.chatops.event import comment_event
from gitops.chatops.grammar import Reading, read_comment
from gitops.chatops.request import Request
from gitops.errors import RefusedError, UserError
from gitops.github import actions
from gitops.github.actions import Run
from gitops.github.transport import GitHubError
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from gitops.aws.target import TargetName
    from gitops.chatops.decision import Step
    from gitops.chatops.event import CommentEvent
    from gitops.github.model import Permission
    from gitops.github.repository import Repository


def command(*, folder: Path, perform: int | None, requested_target: TargetName | None, today: date) -> int:
    """Decide on the commands in the comment that started this run, or carry out their step `perform`.

    Returns 0 also for refused commands: the answer to the comment gives the reason. Raises UserError when a command
    was allowed and failed; the answer says that too.
    """
    run = Run.from_environ()
    if perform is None:
        actions.set_outputs({job: [] for job in decision.MATRIX_JOBS})  # an output that is not set again
    commented = comment_event(run.payload())
    reading = read_comment(commented.comment.body) if commented else Reading()
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
            permission=permission,
            repository=repository,
            declared=read(folder, today=today),
            folder=folder,
            today=today,
            run_url=run.url,
            sha=run.sha,
            requested_target=requested_target,
        )
        if perform is None:
            _decide(request, reading)
        else:
            _perform(request, decision.decide_orders(request, reading.orders), perform)
    except (UserError, DeclarationError) as error:
        _report_failure(repository, commented, error, run.url)
        raise
    return 0


def _started_by_author(commented: CommentEvent) -> bool:
    """Whether the author of the comment started this run, the first time or again."""
    author = commented.comment.author
    return os.environ.get("GITHUB_TRIGGERING_ACTOR", author).casefold() == author.casefold()


def _ignore(repository: Repository, commented: CommentEvent, permission: Permission) -> None:
    """Leave a comment unanswered, so that a person who may not command cannot make the bot write either."""
    login = commented.comment.author
    why = (
        f"its author has the permission {permission}, and commands need write; or another person started the run again"
    )
    say(f"the comment of {login} is ignored: {why}")
    actions.add_summary(f"A comment was ignored: {why}.")
    repository.react(commented.comment.id, "confused")


def _decide(request: Request, reading: Reading) -> None:
    """Answer mistakes, refusals and what needs no other job, and set a matrix of steps for each job."""
    request.repository.react(request.event.comment.id, "eyes")
    if reading.mistakes:
        _answer(request, answers.mistakes(reading.mistakes), done=False)
        return
    outcomes = decision.decide_orders(request, reading.orders)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    if refused:
        _answer(request, answers.refusals(refused), done=False)
        return
    for outcome in outcomes:
        if not isinstance(outcome, Refusal) and outcome.task.job == "decide":
            answer = outcome.task.load_handler()(request, outcome)
            _answer(request, answer.text, done=answer.done)
    matrices = decision.matrices(request, outcomes)
    actions.set_outputs(matrices)
    print(json.dumps(matrices, indent=1))


def _perform(request: Request, outcomes: Sequence[Step | Refusal], number: int) -> None:
    """Carry out one step, and answer it."""
    if not 0 <= number < len(outcomes):
        raise UserError(f"the comment has no step {number}")
    outcome = outcomes[number]
    if isinstance(outcome, Refusal):
        _answer(request, answers.refusals([outcome]), done=False)
        return
    try:
        answer = outcome.task.load_handler()(request, outcome)
    except RefusedError as error:
        refusal = Refusal(order=outcome.order, message=str(error))
        _answer(request, answers.refusals([refusal]), done=False)
        return
    _answer(request, answers.reply(outcome.order, answer, request.run_url), done=answer.done)
    if not answer.done:
        raise _AnsweredError(f"{outcome.order} failed; the answer to the comment has the reason")


class _AnsweredError(UserError):
    """A command failed, and the answer to the comment has the reason."""


def _answer(request: Request, text: str, *, done: bool) -> None:
    """Answer the comment, and react to it."""
    request.repository.create_comment(request.event.number, text)
    request.repository.react(request.event.comment.id, "rocket" if done else "confused")
    actions.add_summary(text)


def _report_failure(repository: Repository, commented: CommentEvent, error: Exception, run_url: str) -> None:
    """Answer the comment with an error, unless it is answered already; GitHub may be the one that failed."""
    if isinstance(error, _AnsweredError):
        return
    text = f"{answers.failure(str(error))}\n\n{answers.log_link(run_url)}"
    try:
        repository.create_comment(commented.number, text)
        repository.react(commented.comment.id, "confused")
    except GitHubError as unreported:
        say(f"could not report to GitHub: {unreported}")
