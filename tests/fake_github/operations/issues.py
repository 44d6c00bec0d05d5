"""Operations about people, issues and comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fake_github.state import BOT
from tests.fake_github.world import Answer, Listing, Refusal, require_body

if TYPE_CHECKING:
    from tests.fake_github.world import Request, World


def permission(world: World, request: Request) -> Answer:
    login = request.names[0]
    if login not in world.state.roles:
        raise Refusal(404, f"{login} is not a user")
    return Answer(status=200, body=world.answers.permission(login))


def list_comments(world: World, request: Request) -> Listing:
    world.issue(request.number)
    return Listing(items=world.state.listed_comments_of(request.number), shown=world.answers.comment)


def create_comment(world: World, request: Request) -> Answer:
    world.issue(request.number)
    comment = world.add_comment(request.number, BOT, request.body["body"])
    return Answer(status=201, body=world.answers.comment(comment))


def update_comment(world: World, request: Request) -> Answer:
    comment = world.comment(request.number)
    world.edit_comment(comment, request.body["body"])
    return Answer(status=200, body=world.answers.comment(comment))


def react(world: World, request: Request) -> Answer:
    comment, content = world.comment(request.number), request.body["content"]
    exists = (BOT, content) in comment.reactions
    if not exists:
        comment.reactions.append((BOT, content))
    body = world.answers.reaction(comment.id * 100 + len(comment.reactions), BOT, content)
    return Answer(status=200 if exists else 201, body=body)


def list_issues(world: World, request: Request) -> Listing:
    """List issues and pull requests, newest first."""
    state, creator = request.query.get("state", "open"), request.query.get("creator")
    issues = [
        issue
        for issue in reversed(world.state.issues.values())
        if state in {issue.state, "all"} and creator in {issue.author, None}
    ]
    return Listing(items=issues, shown=world.answers.issue)


def get_issue(world: World, request: Request) -> Answer:
    return Answer(status=200, body=world.answers.issue(world.issue(request.number)))


def create_issue(world: World, request: Request) -> Answer:
    issue = world.add_issue(BOT, request.body["title"], request.body.get("body") or "")
    return Answer(status=201, body=world.answers.issue(issue))


def update_issue(world: World, request: Request) -> Answer:
    issue = world.issue(request.number)
    if "body" in request.body:
        require_body(request.body["body"], "Issue")
        issue.body = request.body["body"]
    if "title" in request.body:
        issue.title = request.body["title"]
    if "state" in request.body:
        issue.state = request.body["state"]
        issue.closed = world.state.now() if issue.state == "closed" else None
    issue.updated = world.state.edited(issue.created)
    return Answer(status=200, body=world.answers.issue(issue))
