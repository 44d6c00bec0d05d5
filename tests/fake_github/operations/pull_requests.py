"""Operations about pull requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fake_github.state import BOT
from tests.fake_github.world import NOT_FOUND, Answer, Listing, Refusal, source

if TYPE_CHECKING:
    from tests.fake_github.world import Request, World


def get_pull_request(world: World, request: Request) -> Answer:
    return Answer(status=200, body=world.answers.pull_request(world.pull_request(request.number)))


def list_pull_requests(world: World, request: Request) -> Listing:
    """List pull requests, newest first; a `head` without its owner filters nothing, as on GitHub."""
    state, head, base = request.query.get("state", "open"), request.query.get("head", ""), request.query.get("base")
    owner = world.state.repository.partition("/")[0]
    pulls = [
        pull
        for pull in world.pull_requests()
        if state in {pull.state, "all"}
        and base in {pull.base_ref, None}
        and (":" not in head or head == f"{pull.fork or owner}:{pull.head_ref}")
    ]
    return Listing(items=pulls, shown=world.answers.pull_request_simple)


def create_pull_request(world: World, request: Request) -> Answer:
    if request.login == BOT and not world.state.jobs_may_propose:
        raise Refusal(403, "GitHub Actions is not permitted to create or approve pull requests.")
    head = request.body["head"]
    fork, _, branch = head.rpartition(":")
    pull = world.open_pull_request(
        author=request.login,
        title=request.body["title"],
        body=request.body.get("body") or "",
        head_ref=branch,
        fork=None if fork in {"", world.state.repository.partition("/")[0]} else fork,
        base_ref=request.body["base"],
        draft=request.body.get("draft", False),
    )
    return Answer(status=201, body=world.answers.pull_request(pull))


def update_pull_request(world: World, request: Request) -> Answer:
    pull = world.pull_request(request.number)
    pull.title = request.body.get("title", pull.title)
    pull.body = request.body.get("body", pull.body)
    pull.updated = world.state.now()
    return Answer(status=200, body=world.answers.pull_request(pull))


def list_changed_files(world: World, request: Request) -> Listing:
    pull = world.pull_request(request.number)
    changes = world.git.changes(pull.base_sha, pull.head_sha)
    return Listing(items=changes, shown=lambda change: world.answers.changed_file(change, pull.head_sha))


def list_reviews(world: World, request: Request) -> Listing:
    """List the reviews of a pull request, oldest first."""
    pull = world.pull_request(request.number)
    example = world.examples.of("pull-request-review-items", number=pull.number)[0]

    def shown(review: tuple[str, str, str]) -> object:
        login, verdict, commit = review
        return {**example, "user": world.examples.user(login), "state": verdict, "commit_id": commit}

    return Listing(items=pull.reviews, shown=shown)


def list_pull_requests_of_commit(world: World, request: Request) -> Listing:
    """List the merged pull request that brought a commit to the default branch, or those that have it."""
    sha = world.git.head(request.names[0])
    if sha is None:
        raise Refusal(422, f"No commit found for SHA: {request.names[0]}")
    pulls = [
        pull
        for pull in world.pull_requests()
        if sha == pull.merge_commit or sha in world.git.commits(pull.base_sha, pull.head_sha)
    ]
    if world.git.contains(source(world.state.default_branch, None), sha):
        pulls = [pull for pull in pulls if pull.merged]
    return Listing(items=pulls, shown=world.answers.pull_request_simple)


def enable_auto_merge(world: World, pull_id: str, method: str) -> None:
    """Enable auto-merge of a pull request. Raises Refusal with GitHub's words."""
    number = pull_id.removeprefix("PR_")
    pull = world.state.pull_request(int(number)) if number.isdigit() else None
    if pull is None:
        raise Refusal(NOT_FOUND[0], f"Could not resolve to a node with the global id of '{pull_id}'")
    if not world.state.allow_auto_merge:
        raise Refusal(422, "Auto merge is not allowed for this repository")
    if pull.state != "open" or not world.refuses_push(pull.base_ref, may_bypass=False):
        raise Refusal(422, "Pull request Pull request is in clean status")
    pull.auto_merge = method
