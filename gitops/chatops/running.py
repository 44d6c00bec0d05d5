"""Orders that change what runs: `/deploy`, `/sleep`, `/wake`."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.config.model import AppConfig
from gitops.access.sleeping import next_change, set_awake
from gitops.chatops import outcome
from gitops.chatops.answers import Answer
from gitops.chatops.errors import RefusedError
from gitops.commands.deploy import deploy
from gitops.outcome import WORDING
from gitops.output import markdown
from gitops.report import results

if TYPE_CHECKING:
    from constructs_lib.config.environments import Environment
    from gitops.chatops.grammar import Order
    from gitops.chatops.request import Request
    from gitops.report.results import EnvironmentResult


def perform(request: Request, order: Order, environment: Environment) -> Answer:
    """Deploy an environment, put it to sleep or wake it.

    Raises:
        RefusedError: it is to be deployed with an image that the default branch does not declare.
        UserError: it is not deployed, or AWS refuses.
    """
    if order.verb == "deploy":
        return _deploy(request, order, environment)
    awake = order.verb == "wake"
    changed = set_awake(environment, request.requested_target, awake=awake)
    state = "awake" if awake else "asleep"
    shown = f"**{markdown.code(str(environment.name))}**"
    did = (
        f"{shown} is {state} now: {', '.join(map(markdown.code, changed))}."
        if changed
        else f"{shown} is {state} already."
    )
    return Answer(text=f"{did} {markdown.text(next_change(environment, datetime.now(UTC), awake=awake))}")


def _deploy(request: Request, order: Order, environment: Environment) -> Answer:
    config = environment.config
    if order.image and isinstance(config, AppConfig) and config.image != order.image:
        raise RefusedError(
            f"{request.event.default_branch} declares {environment.name} with the image {config.image}, not "
            f"{order.image}: the commit of this image failed, or its pull request waits to be merged. Nothing was "
            "deployed"
        )
    with tempfile.TemporaryDirectory() as folder:
        deploy(
            folder=request.folder,
            names=[str(environment.name)],
            github=True,
            unless_superseded_by=None,
            results=Path(folder),
            requested_target=request.requested_target,
            today=request.today,
        )
        (record,) = results.read(Path(folder))
    outcome.show(request, record, request.sha)
    return Answer(text=_told(record), done=not record.failed)


def _told(record: EnvironmentResult) -> str:
    shown = f"**{markdown.code(record.environment)}**"
    lines = [f"{shown}: {WORDING[record.outcome].label} after {record.seconds:.0f} s."]
    if record.url and not record.failed:
        lines.append(f"It answers at {record.url}")
    if record.reason:
        lines.append(markdown.block(record.reason))
    return "\n\n".join(lines)
