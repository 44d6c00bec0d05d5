"""Operations about deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fake_github.state import BOT, Deployment, DeploymentStatus
from tests.fake_github.world import NOT_FOUND, Answer, Listing, Refusal, source

if TYPE_CHECKING:
    from tests.fake_github.world import Request, World


def list_deployments(world: World, request: Request) -> Listing:
    """List deployments, newest first."""
    wanted = {key: value for key in ("environment", "sha", "ref") if (value := request.query.get(key)) is not None}
    deployments = [
        deployment
        for deployment in reversed(world.state.deployments.values())
        if all(getattr(deployment, key) == value for key, value in wanted.items())
    ]
    return Listing(items=deployments, shown=world.code_answers.deployment)


def create_deployment(world: World, request: Request) -> Answer:
    body = request.body
    sha = world.git.head(body["ref"]) or world.git.head(source(body["ref"], None))
    if sha is None:
        raise Refusal(422, f"No ref found for: {body['ref']}")
    environment = body.get("environment", "production")
    deployment = Deployment(
        id=world.state.new_id(),
        environment=environment,
        ref=body["ref"],
        sha=sha,
        creator=BOT,
        description=body.get("description") or "",
        transient=body.get("transient_environment", False),
        production=body.get("production_environment", environment == "production"),
        created=world.state.now(),
    )
    world.state.deployments[deployment.id] = deployment
    return Answer(status=201, body=world.code_answers.deployment(deployment))


def _deployment(world: World, request: Request) -> Deployment:
    found = world.state.deployments.get(request.number)
    if found is None:
        raise Refusal(*NOT_FOUND)
    return found


def list_deployment_statuses(world: World, request: Request) -> Listing:
    """List the statuses of a deployment, newest first."""
    deployment = _deployment(world, request)
    statuses = list(reversed(deployment.statuses))
    return Listing(items=statuses, shown=lambda status: world.code_answers.deployment_status(deployment, status))


def create_deployment_status(world: World, request: Request) -> Answer:
    deployment, body = _deployment(world, request), request.body
    status = DeploymentStatus(
        id=world.state.new_id(),
        state=body["state"],
        description=body.get("description") or "",
        environment_url=body.get("environment_url") or "",
        log_url=body.get("log_url") or body.get("target_url") or "",
        creator=BOT,
        created=world.state.now(),
    )
    deployment.statuses.append(status)
    if status.state == "success" and body.get("auto_inactive", True):
        _make_earlier_ones_inactive(world, deployment)
    return Answer(status=201, body=world.code_answers.deployment_status(deployment, status))


def _make_earlier_ones_inactive(world: World, deployment: Deployment) -> None:
    """Add `inactive` to earlier successes of the environment, but for transient and production environments.

    https://docs.github.com/en/rest/deployments/statuses#create-a-deployment-status, `auto_inactive`
    """
    for earlier in world.state.deployments.values():
        same = earlier.environment == deployment.environment and earlier.id < deployment.id
        if same and earlier.state == "success" and not earlier.transient and not earlier.production:
            earlier.statuses.append(
                DeploymentStatus(
                    id=world.state.new_id(),
                    state="inactive",
                    description="",
                    environment_url="",
                    log_url="",
                    creator=BOT,
                    created=world.state.now(),
                )
            )
