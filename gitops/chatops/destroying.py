"""`/destroy` shows what would go and hands out a token; `/confirm` destroys, on the one path of removal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.model import AdHocAppConfig
from gitops.aws.session import AwsError
from gitops.chatops import answers, confirmation, outcome
from gitops.chatops.answers import Answer
from gitops.chatops.confirmation import Record
from gitops.chatops.errors import RefusedError
from gitops.cost import prices
from gitops.cost.estimate import estimate
from gitops.destroy import decisions as destruction_plan
from gitops.destroy import destroy_target as standing
from gitops.destroy import removal
from gitops.destroy.removal import path_of
from gitops.errors import UserError
from gitops.output import markdown
from gitops.output.progress import reporting
from gitops.report import results

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs_lib.config.environments import Environment
    from gitops.chatops.confirmation import Confirmation
    from gitops.chatops.request import Request
    from gitops.destroy.destroy_target import Standing
    from gitops.destroy.removal import Removal

_MOST_LINES = 100


def ask(request: Request, environment: Environment) -> Answer:
    """Return what destroying an environment takes away, and a token with which the same person confirms it.

    Raises:
        RefusedError: something forbids to destroy it.
        AwsError: AWS cannot be listed completely.
    """
    found = _find(request, environment)
    record = Record.new(
        environment=str(environment.name),
        requester=request.login,
        stack_id=found.stack.stack_id if found.stack else "",
        template=_digest(found),
        requested_in=request.event.comment.id,
    )
    minutes = int(confirmation.VALID_FOR.total_seconds() // 60)
    question = (
        f"To destroy it, {markdown.text(request.login)} comments this within {minutes} minutes:\n\n"
        f"{markdown.block(f'/confirm {record.token}')}\n\n"
        f"Its file is then removed from the default branch, and its stack is deleted."
    )
    return Answer(text="\n\n".join([*_inventory(request, environment, found), question]), first_line=record.marker)


def confirm(request: Request, environment: Environment, token: str) -> Answer:
    """Destroy the environment that a token stands for.

    Raises:
        RefusedError: the token does not hold, what it was asked about is not what is there now, or something stands on
            it.
        UserError: its file forbids to destroy it, or not all of it could be deleted: the same run, started again,
            finishes it.
    """
    confirmed = request.confirmed(token)
    if confirmed.record.environment != str(environment.name):
        raise RefusedError(f"this token is not for {environment.name}")
    found = _find(request, environment)
    _require_same(request, confirmed, found)
    # Whatever happens from here on, the token is used up, and only this comment may go on.
    note = f"_Used by [this comment]({request.event.comment.url})._"
    body = confirmation.claimed(confirmed, request.event.comment.id, note)
    if body != confirmed.comment.body:
        request.repository.update_comment(confirmed.comment.id, body)
    with reporting() as report:
        removed = removal.remove(
            found,
            request.repository,
            path=path_of(request.folder, environment.name),
            message=f"Destroy {environment.name}\n\nOrdered by @{request.login} in {request.event.comment.url}",
            run_url=request.run_url,
            report=report,
        )
    outcome.show(request, results.of_removal(removed), removed.commit or request.sha)
    return _told(removed)


def _find(request: Request, environment: Environment) -> Standing:
    """Look for an environment. Raises RefusedError when something forbids to destroy it, and AwsError."""
    try:
        return standing.find(
            folder=request.folder, name=environment.name, region=None, requested_target=request.requested_target
        )
    except AwsError:
        raise
    except UserError as error:
        raise RefusedError(str(error)) from error


def _require_same(request: Request, confirmed: Confirmation, found: Standing) -> None:
    """Raise RefusedError unless what is there is what was asked about, or what its destruction has left of it."""
    record = confirmed.record
    if confirmed.resumed and found.stack is None:
        path = path_of(request.folder, found.name)
        if record.stack_id and request.repository.file(path, request.event.default_branch) is not None:
            raise RefusedError(f"{found.name} was destroyed and has been declared again since; ask with `/destroy`")
        return
    if record.stack_id != (found.stack.stack_id if found.stack else "") or record.template != _digest(found):
        raise RefusedError(f"{found.name} has changed since `/destroy` showed it; ask again with `/destroy`")


def _digest(found: Standing) -> str:
    if found.stack is None or found.cloudformation is None:
        return ""
    return confirmation.digest(found.cloudformation.template(found.stack.stack_id))


def _inventory(request: Request, environment: Environment, found: Standing) -> Iterator[str]:
    shown = f"**{markdown.code(str(environment.name))}**"
    if found.stack is None or found.cloudformation is None:
        yield f"{shown} is declared and not deployed: only {markdown.code(path_of(request.folder, found.name))} goes."
        return
    resources = found.cloudformation.resources(found.stack.stack_id)
    template = found.cloudformation.template(found.stack.stack_id)
    counted = destruction_plan.counted(resources)
    losses = destruction_plan.losses(resources, template)
    yield (
        f"{shown}: the stack {markdown.code(found.stack.name)} in {markdown.code(str(found.stack.where))} with "
        f"{sum(count for _, count in counted)} resources."
    )
    if why := found.stack.needs_confirmation:
        yield f"**It {why}.**"
    if losses:
        listed = "\n".join(f"- {markdown.text(line)}" for line in losses[:_MOST_LINES])
        more = f"\n- and {len(losses) - _MOST_LINES} more" if len(losses) > _MOST_LINES else ""
        yield f"**These hold data:**\n\n{listed}{more}"
    else:
        yield "Nothing in it holds data."
    if environment.base is not None and isinstance(environment.config, AdHocAppConfig):
        yield "Its own database and role on the base's instance are dropped."
    rows = [(markdown.code(kind), str(count)) for kind, count in counted[:_MOST_LINES]]
    yield markdown.fold("resources by type", markdown.table(("type", "number"), rows))
    if saved := _saved(environment, found, template):
        yield saved


def _saved(environment: Environment, found: Standing, template: object) -> str | None:
    """Return what it costs a month, by its template as it is deployed."""
    if not isinstance(template, dict) or found.stack is None:
        return None
    cost = estimate(template, found.stack.where.region, prices.load(), awake_share=environment.awake_share)
    upto = f" to {cost.most_usd:.2f}" if cost.most_usd > cost.least_usd else ""
    return f"Saves about {cost.least_usd:.2f}{upto} US dollars a month, by list prices."


def _told(removed: Removal) -> Answer:
    shown = f"**{markdown.code(str(removed.name))}**"
    if removed.proposed is not None:
        text = answers.change(removed.proposed, "", "")
        return Answer(
            text=f"{text}\n\nOnce somebody has merged it, the deployment of that commit destroys {shown}. A merge that "
            "GitHub makes by itself starts no workflow: then start this run again, within a day."
        )
    commit = (
        f"Its file was removed from the default branch ({removed.commit})." if removed.commit else "Its file was gone."
    )
    stack = "its stack is deleted" if removed.outcome == "destroyed" else "there was no stack"
    kept = "".join(f"\n- kept: {markdown.text(f'{event.type} {event.physical_id}')}" for event in removed.kept)
    return Answer(text=f"{shown} is destroyed. {commit} And {stack}.{f'{chr(10)}{kept}' if kept else ''}")
