"""Operations about the repository itself, its files and its branches."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from tests.fake_github.world import NOT_FOUND, Answer, Refusal

if TYPE_CHECKING:
    from tests.fake_github.git import Blob
    from tests.fake_github.world import Request, World


def get_repository(world: World, _request: Request) -> Answer:
    return Answer(status=200, body=world.answers.repository())


def get_contents(world: World, request: Request) -> Answer:
    path, ref = request.names[0], request.query.get("ref", world.state.default_branch)
    commit = world.git.head(ref)
    if commit is None:
        raise Refusal(404, f"No commit found for the ref {ref}")
    blob = world.git.blob(commit, path)
    if blob is not None:
        return Answer(status=200, body=world.code_answers.file(path, blob))
    entries = world.git.folder_entries(commit, path)
    if not entries:
        raise Refusal(*NOT_FOUND)
    return Answer(status=200, body=world.code_answers.folder(path, entries))


def put_contents(world: World, request: Request) -> Answer:
    try:
        content = base64.b64decode(request.body["content"], validate=True)
    except binascii.Error as error:
        raise Refusal(422, "content is not valid Base64") from error
    existing, commit = _commit_file(world, request, content, "update")
    blob = world.git.blob(commit, request.names[0])
    return Answer(status=200 if existing else 201, body=world.code_answers.file_commit(commit, request.names[0], blob))


def delete_contents(world: World, request: Request) -> Answer:
    _, commit = _commit_file(world, request, None, "delete")
    return Answer(status=200, body=world.code_answers.file_commit(commit, request.names[0], None))


def _commit_file(world: World, request: Request, content: bytes | None, verb: str) -> tuple[Blob | None, str]:
    """Commit one file; GitHub looks at the branch first, then at the file's sha, then at the branch's rules."""
    path = request.names[0]
    branch = request.body.get("branch", world.state.default_branch)
    parent = world.git.head(f"refs/heads/{branch}")
    if parent is None:
        raise Refusal(404, f"Branch {branch} not found")
    existing, sha = world.git.blob(parent, path), request.body.get("sha")
    if existing is None and content is None:
        raise Refusal(*NOT_FOUND)
    if existing is not None and sha is None:
        raise Refusal(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if existing is not None and existing.sha != sha:
        raise Refusal(409, f"{path} does not match {sha}")
    if world.refuses_push(branch, may_bypass=request.may_bypass):
        done = "create" if existing is None else verb
        raise Refusal(409, f"Could not {done} file: Changes must be made through a pull request.")
    if world.state.races:
        raise _lost_race(world, branch, parent)
    message, by = request.body["message"], world.signature(request.login)
    changes = {path: content}
    return existing, world.git.commit(f"refs/heads/{branch}", changes, parent=parent, message=message, by=by)


def _lost_race(world: World, branch: str, parent: str) -> Refusal:
    """Have another job commit another file first; return what GitHub then answers.

    https://github.com/PyGithub/PyGithub/issues/1787
    """
    world.state.races -= 1
    changes: dict[str, bytes | str | None] = {f"raced/{world.state.races}": "another change\n"}
    head = world.git.commit(f"refs/heads/{branch}", changes, parent=parent, message="Another", by=world.signature())
    return Refusal(409, f"is at {head} but expected {parent}")


def get_ref(world: World, request: Request) -> Answer:
    ref = f"refs/{request.names[0]}"
    sha = world.git.head(ref)
    if sha is None:
        raise Refusal(*NOT_FOUND)
    return Answer(status=200, body=world.code_answers.ref(ref, sha))


def create_ref(world: World, request: Request) -> Answer:
    ref, sha = request.body["ref"], request.body["sha"]
    if not ref.startswith("refs/") or ref.count("/") < 2:
        raise Refusal(422, "Reference name must start with 'refs/'")
    if world.git.head(sha) is None:
        raise Refusal(422, "Object does not exist")
    if not world.git.create_ref(ref, sha):
        raise Refusal(422, "Reference already exists")
    return Answer(status=201, body=world.code_answers.ref(ref, sha))
