"""`/plan`: what merging a pull request does, by its declarations and the code of the default branch; also of forks.

The pull request's files are read as data through GitHub's API: nothing of it is checked out, and none of it is run.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.config import files
from gitops import checkout
from gitops.affected.tree import Tree
from gitops.chatops.answers import Answer
from gitops.chatops.request import FOLDER, declared_name
from gitops.errors import RefusedError
from gitops.output import markdown
from gitops.plan.planning import make_plan
from gitops.plan.publication import post

if TYPE_CHECKING:
    from constructs_lib.config.naming import EnvironmentName
    from gitops.chatops.decision import Step
    from gitops.chatops.request import Request

_CODE = ("app.py", "cdk.json", "uv.lock", "constructs_lib/", f"{FOLDER}/schema.json")
"""The files that templates are made from, besides the declarations."""

_CHANGED = "the pull request changed while the plan was made; comment `/plan` again"


def plan_pull_request(request: Request, _step: Step) -> Answer:
    """Update the pull request's comment with the plan, and return a link to it.

    Raises:
        RefusedError: the pull request is closed, or changed meanwhile.
        GitHubError: they cannot be read, or the plan cannot be written.
    """
    pull_request = request.pull_request
    if pull_request.state != "open":
        raise RefusedError("the pull request is closed; there is nothing to plan")
    proposed = _proposed(request)
    # The list of files is that of the newest commit, and their texts are those of the commit that was read first.
    if request.repository.pull_request(pull_request.number).head_sha != pull_request.head_sha:
        raise RefusedError(_CHANGED)
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / FOLDER
        shutil.copytree(request.folder, folder)
        _apply(proposed, folder)
        # Both sides are made with the code that runs here, the default branch's.
        made = make_plan(Tree(checkout.ROOT, request.folder), Tree(checkout.ROOT, folder), request.today)
    comment = post(
        request.repository, pull_request.number, made, (), head=pull_request.head_sha, run_url=request.run_url
    )
    text = f"[The plan]({comment.url}) is up to date for {markdown.code(pull_request.head_sha[:12])}."
    refusal = "" if not made.refused else " **It refuses some of the changes.**"
    code = [file.path for file in request.changed_files if file.path.startswith(_CODE)]
    note = (
        "\n\nThe plan uses the code of the default branch. This pull request changes code too, which the plan does not "
        f"show: {', '.join(map(markdown.code, code[:10]))}"
    )
    return Answer(text=f"{text}{refusal}{note if code else ''}", done=not made.refused)


def _proposed(request: Request) -> dict[EnvironmentName, str | None]:
    """Return the new text of each declaration that the pull request changes, None for one that it removes."""
    head = request.pull_request.head_sha
    proposed: dict[EnvironmentName, str | None] = {}
    for file in request.changed_files:
        former = declared_name(file.previous_path) if file.previous_path and file.status == "renamed" else None
        if former is not None:
            proposed.setdefault(former, None)
        name = declared_name(file.path)
        if name is None:
            continue
        found = request.repository.file(file.path, head) if file.status != "removed" else None
        if found is None and file.status != "removed":
            raise RefusedError(_CHANGED)
        proposed[name] = found.text if found else None
    return proposed


def _apply(proposed: dict[EnvironmentName, str | None], folder: Path) -> None:
    for name, text in proposed.items():
        file = files.file_of(folder, name)
        if text is None:
            file.unlink(missing_ok=True)
        else:
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(text.encode())
