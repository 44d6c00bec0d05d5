"""`/destroy` shows what it would delete and gives a token; `/confirm` destroys, by the same path as every removal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.model import is_production_kind
from gitops.aws.session import AwsError
from gitops.chatops.answers import Answer, default_branch_change
from gitops.chatops.confirmation import VALID_FOR, ConfirmationRecord, claimed_body, template_digest
from gitops.chatops.decision import undeclared
from gitops.chatops.outcome import publish_outcome
from gitops.cost import prices
from gitops.cost.estimate import estimate
from gitops.destroy import decisions as destruction_plan
from gitops.destroy.destroy_target import find_destroy_target
from gitops.destroy.removal import remove_environment
from gitops.errors import RefusedError, UserError
from gitops.github.newest import declaration_path
from gitops.output import markdown
from gitops.output.progress import reporting
from gitops.report import results

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs_lib.config.environments import Environment
    from constructs_lib.config.naming import EnvironmentName
    from gitops.chatops.confirmation import Confirmation
    from gitops.chatops.decision import Step
    from gitops.chatops.request import Request
    from gitops.destroy.destroy_target import DestroyTarget
    from gitops.destroy.removal import Removal

_MOST_LINES = 100


def offer_destruction(request: Request, step: Step) -> Answer:
    """Return what destroying an environment deletes, and a token with which the same person confirms it.

    Raises:
        RefusedError: the environment must not be destroyed.
        AwsError: AWS cannot be listed completely.
    """
    name = step.name
    found = _find(request, name)
    _require_left_over(request, found)
    record = ConfirmationRecord.new(
        environment=str(name),
        requester=request.login,
        stack_id=found.stack.stack_id if found.stack else "",
        template=_digest(found),
        requested_in=request.event.comment.id,
    )
    minutes = int(VALID_FOR.total_seconds() // 60)
    declared = (
        "Its stack is then deleted; it has no file on the default branch."
        if found.source is None
        else "Its file is then removed from the default branch, and its stack is deleted."
    )
    question = (
        f"To destroy it, {markdown.text(request.login)} comments within {minutes} minutes:\n\n"
        f"{markdown.block(f'/confirm {name} {record.token}')}\n\n{declared}"
    )
    return Answer(text="\n\n".join([*_inventory(request, step, found), question]), first_line=record.marker)


def confirm_destruction(request: Request, step: Step) -> Answer:
    """Destroy the environment that a token stands for.

    Raises:
        RefusedError: the token is not valid, the environment has changed since, or others depend on it.
        UserError: its file forbids to destroy it, or AWS could not delete all of it: the same run, started again,
            finishes it.
    """
    name = step.name
    confirmed = request.confirmed(step.order.token, name)
    found = _find(request, name)
    if not confirmed.resumed:
        _require_left_over(request, found)
    _require_same(request, confirmed, found)
    # Whatever happens from here on, the token is used up, and only this comment may go on.
    note = f"_Used by [this comment]({request.event.comment.url})._"
    body = claimed_body(confirmed, request.event.comment.id, note)
    if body != confirmed.comment.body:
        request.repository.update_comment(confirmed.comment.id, body)
    with reporting() as report:
        removed = remove_environment(
            found,
            request.repository,
            path=declaration_path(request.folder, name),
            message=f"Destroy {name}\n\n{request.origin}",
            run_url=request.run_url,
            report=report,
        )
    publish_outcome(request, results.of_removal(removed), removed.commit or request.sha)
    return _told(removed)


def _find(request: Request, name: EnvironmentName) -> DestroyTarget:
    """Look for an environment. Raises RefusedError when it must not be destroyed, and AwsError."""
    try:
        return find_destroy_target(
            folder=request.folder, name=name, region=None, requested_target=request.requested_target
        )
    except AwsError:
        raise
    except UserError as error:
        raise RefusedError(str(error)) from error


def _require_left_over(request: Request, found: DestroyTarget) -> None:
    """Raise RefusedError when an environment that is not declared has no stack, or is production.

    The file of production, which is gone, would have said whether a comment may destroy it.
    """
    if found.source is not None:
        return
    if found.stack is None:
        raise RefusedError(f"it is not deployed, and {undeclared(request, found.name)}")
    if is_production_kind(found.stack.kind):
        raise RefusedError(
            f"{found.name} is production and not declared, so no file says that a comment may destroy it; "
            f"`gitops destroy {found.name} --confirm {found.name}` does, with credentials for its account"
        )


def _require_same(request: Request, confirmed: Confirmation, found: DestroyTarget) -> None:
    """Raise RefusedError unless the environment is as `/destroy` showed it, or as an interrupted run left it."""
    record = confirmed.record
    if confirmed.resumed and found.stack is None:
        path = declaration_path(request.folder, found.name)
        if record.stack_id and request.repository.file(path, request.event.default_branch) is not None:
            raise RefusedError(
                f"{found.name} was destroyed and has been declared again since; comment `/destroy` first"
            )
        return
    if record.stack_id != (found.stack.stack_id if found.stack else "") or record.template != _digest(found):
        raise RefusedError(f"{found.name} has changed since `/destroy` showed it; comment `/destroy` again")


def _digest(found: DestroyTarget) -> str:
    if found.stack is None or found.cloudformation is None:
        return ""
    return template_digest(found.cloudformation.template(found.stack.stack_id))


def _inventory(request: Request, step: Step, found: DestroyTarget) -> Iterator[str]:
    shown = f"**{markdown.code(str(found.name))}**"
    if found.seeds:
        yield f"**{markdown.text(destruction_plan.without_a_source(found.name, found.seeds))}.**"
    if found.stack is None or found.cloudformation is None:
        file = markdown.code(declaration_path(request.folder, found.name))
        yield f"{shown} is declared and not deployed. Only its file {file} is removed."
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
        yield "None of them holds data."
    if found.stack.kind == "ad-hoc-app":
        yield "Its own database and role on the base's instance are dropped, and every object in its bucket is deleted."
    rows = [(markdown.code(kind), str(count)) for kind, count in counted[:_MOST_LINES]]
    yield markdown.fold("resources by type", markdown.table(("type", "number"), rows))
    if saved := _saved(step.environment, found, template):
        yield saved


def _saved(environment: Environment | None, found: DestroyTarget, template: object) -> str | None:
    """Return the estimate of its cost a month, from its deployed template."""
    if not isinstance(template, dict) or found.stack is None:
        return None
    awake = environment.awake_share if environment else 1.0
    cost = estimate(template, found.stack.where.region, prices.load(), awake_share=awake)
    upto = f" to {cost.most_usd:.2f}" if cost.most_usd > cost.least_usd else ""
    return f"Saves about {cost.least_usd:.2f}{upto} US dollars a month, by list prices."


def _told(removed: Removal) -> Answer:
    shown = f"**{markdown.code(str(removed.name))}**"
    if removed.proposed is not None:
        text = default_branch_change(removed.proposed, "", "")
        return Answer(
            text=f"{text}\n\nOnce it is merged, the deployment of that commit destroys {shown}. If GitHub merges it "
            "by itself, no workflow starts: start this run again then, within a day."
        )
    if removed.outcome == "superseded":
        return Answer(text=f"{shown} was declared again on the default branch, so it was not destroyed.")
    commit = (
        f"Its file was removed from the default branch ({removed.commit})."
        if removed.commit
        else "Its file was removed before."
    )
    stack = "Its stack was deleted." if removed.outcome == "destroyed" else "It had no stack."
    kept = "".join(f"\n- kept: {markdown.text(f'{event.type} {event.physical_id}')}" for event in removed.kept)
    return Answer(text=f"{shown} is destroyed. {commit} {stack}{f'{chr(10)}{kept}' if kept else ''}")
