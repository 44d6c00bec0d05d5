"""Operations about trees, commits and refs: how a change of several files becomes one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fake_github.world import NOT_FOUND, Answer, Refusal

if TYPE_CHECKING:
    from tests.fake_github.world import Request, World


def create_tree(world: World, request: Request) -> Answer:
    base = request.body["base_tree"]
    if not world.git.is_tree(base):
        raise Refusal(404, "base_tree is not a valid tree oid")
    files = {entry["path"]: entry["content"] for entry in request.body["tree"]}
    return Answer(status=201, body=world.code_answers.tree(world.git.tree_with(base, files, world.signature())))


def create_commit(world: World, request: Request) -> Answer:
    tree, parents = request.body["tree"], request.body["parents"]
    if not world.git.is_tree(tree):
        raise Refusal(422, "Tree SHA does not exist")
    if any(world.git.head(parent) is None for parent in parents):
        raise Refusal(422, "Parent SHA does not exist or is not a commit object")
    sha = world.git.commit_of_tree(tree, parents, request.body["message"], world.signature(request.login))
    return Answer(status=201, body=world.code_answers.commit(sha))


def get_commit(world: World, request: Request) -> Answer:
    sha = world.git.head(request.names[0])
    if sha is None:
        raise Refusal(*NOT_FOUND)
    return Answer(status=200, body=world.code_answers.commit(sha))


def update_ref(world: World, request: Request) -> Answer:
    """Move a ref: forward, or anywhere with `force`."""
    ref, sha = f"refs/{request.names[0]}", request.body["sha"]
    before = world.git.head(ref)
    if before is None:
        raise Refusal(422, "Reference does not exist")
    if world.git.head(sha) is None:
        raise Refusal(422, "Object does not exist")
    if not request.body.get("force", False) and not world.git.contains(sha, before):
        raise Refusal(422, "Update is not a fast forward")
    if world.refuses_push(ref.removeprefix("refs/heads/"), may_bypass=request.may_bypass):
        raise Refusal(422, "Changes must be made through a pull request.")
    world.git.set_ref(ref, sha)
    return Answer(status=200, body=world.code_answers.ref(ref, sha))
