"""Commands that change what runs: `/deploy`, `/sleep`, `/wake`."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from constructs_lib.config.model import AppConfig
from gitops.access.sleeping import next_change, set_awake
from gitops.chatops.answers import Answer
from gitops.chatops.outcome import publish_outcome
from gitops.deploy.beside_deployed import read_beside_deployed
from gitops.deploy.run import deploy_environments
from gitops.errors import LockedError, RefusedError
from gitops.github.deployments import GitHubDeployments
from gitops.github.newest import newest_lock, require_unlocked
from gitops.output import markdown
from gitops.output.outcome import WORDING
from gitops.output.progress import say, without_workflow_commands
from gitops.report import results

if TYPE_CHECKING:
    from gitops.chatops.decision import Step
    from gitops.chatops.request import Request
    from gitops.report.results import EnvironmentResult


def deploy_by_comment(request: Request, step: Step) -> Answer:
    """Deploy an environment as the default branch declares it.

    Raises:
        LockedError: the environment is locked now.
        DeclarationError: it collides with another environment that is deployed.
        RefusedError: the order names an image that the default branch does not declare.
        UserError: something that the deployment needs is missing, or AWS refuses.
    """
    declared = read_beside_deployed(request.folder, request.requested_target, request.today)
    (environment,), image = declared.require([step.target.name]), step.order.image
    config = environment.config
    if image and isinstance(config, AppConfig) and config.image != image:
        raise RefusedError(
            f"{request.event.default_branch} declares {environment.name} with the image {config.image}, not {image}: "
            "the commit of this image failed, or its pull request waits to be merged. Nothing was deployed"
        )
    deployments = GitHubDeployments(request.repository, sha=request.sha, run_url=request.run_url)
    with results.recorded([environment], deployments=deployments, folder=None) as done:
        deployed = deploy_environments(
            request.folder,
            [environment],
            everything=False,
            requested_target=request.requested_target,
            today=request.today,
            lock_of=partial(newest_lock, request.repository, request.folder),
        )
        done.extend(deployed)
    record = results.of_deployment(deployed[0])
    say(without_workflow_commands(f"{record.environment} {record.outcome}\n{record.reason}".rstrip()))
    publish_outcome(request, record, request.sha)
    if record.outcome == "locked":
        raise LockedError(f"{record.environment} is {record.reason}")
    return Answer(text=_deployment_text(record), done=not record.failed)


def sleep_by_comment(request: Request, step: Step) -> Answer:
    """Stop the tasks of an ad hoc app. Raises UserError when it is not deployed, or AWS refuses."""
    return _set_awake(request, step, awake=False)


def wake_by_comment(request: Request, step: Step) -> Answer:
    """Start the tasks of an ad hoc app. Raises UserError when it is not deployed, or AWS refuses."""
    return _set_awake(request, step, awake=True)


def _set_awake(request: Request, step: Step, *, awake: bool) -> Answer:
    environment = step.target
    require_unlocked(request.repository, request.folder, environment)
    changed = set_awake(environment, request.requested_target, awake=awake)
    state = "awake" if awake else "asleep"
    services = f"now: {', '.join(map(markdown.code, changed))}" if changed else "already"
    then = markdown.text(next_change(environment, datetime.now(UTC), awake=awake))
    return Answer(text=f"**{markdown.code(str(environment.name))}** is {state} {services}. {then}")


def _deployment_text(record: EnvironmentResult) -> str:
    shown = f"**{markdown.code(record.environment)}**"
    lines = [f"{shown}: {WORDING[record.outcome].label} after {record.seconds:.0f} s."]
    if record.url and not record.failed:
        lines.append(f"URL: {record.url}")
    if record.reason:
        lines.append(markdown.block(record.reason))
    return "\n\n".join(lines)
