"""Commands that are commits: `/extend`, `/lock`, `/unlock`, and the image of `/deploy NAME IMAGE`."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.config import files
from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.images import kept
from constructs_lib.config.model import AdHocAppConfig, AppConfig
from gitops.chatops import authorise
from gitops.chatops.answers import Answer, default_branch_change
from gitops.chatops.authorise import Subject
from gitops.chatops.request import repository_path
from gitops.declarations import with_field, without_field
from gitops.errors import RefusedError
from gitops.github.default_branch import commit_edit
from gitops.output import markdown

if TYPE_CHECKING:
    from collections.abc import Callable

    from constructs_lib.config.environments import Environment
    from gitops.chatops.decision import Step
    from gitops.chatops.request import Request


def extend_expiry(request: Request, step: Step) -> Answer:
    """Commit a later `expires`: by so many days from the declared one, or from today if that is over."""

    def edit(environment: Environment, text: str, path: str) -> str:
        expires = date.fromisoformat(_expires(environment))
        later = max(expires, request.today) + timedelta(days=step.order.days)
        return with_field(text, path, "expires", later.isoformat())

    def describe(environment: Environment) -> tuple[str, str]:
        return f"now expires after {_expires(environment)}", f"expires after {_expires(environment)} already"

    return _commit(request, step, edit, describe, f"Extend {step.target.name} by {step.order.days} days")


def lock_environment(request: Request, step: Step) -> Answer:
    """Commit a `lock` with the author of the comment and the reason."""

    def edit(_: Environment, text: str, path: str) -> str:
        lock = {"by": request.login, "since": request.today.isoformat(), "reason": step.order.reason}
        return with_field(text, path, "lock", lock)

    def describe(environment: Environment) -> tuple[str, str]:
        lock = markdown.text(str(environment.lock))
        return f"is {lock}. `/unlock {environment.name}` removes the lock", f"is {lock} already"

    return _commit(request, step, edit, describe, f"Lock {step.target.name}")


def unlock_environment(request: Request, step: Step) -> Answer:
    """Commit the declaration without its `lock`."""

    def edit(_: Environment, text: str, path: str) -> str:
        return without_field(text, path, "lock")

    def describe(_: Environment) -> tuple[str, str]:
        return "is no longer locked", "was not locked"

    return _commit(request, step, edit, describe, f"Unlock {step.target.name}")


def commit_image(request: Request, step: Step) -> Answer:
    """Commit a new `image`; a step after this one deploys it."""

    def edit(_: Environment, text: str, path: str) -> str:
        return with_field(text, path, "image", step.order.image)

    def describe(environment: Environment) -> tuple[str, str]:
        image = markdown.code(step.order.image)
        unchanged = kept(environment.config.pinned_images) if isinstance(environment.config, AppConfig) else ""
        also = f"; {markdown.text(unchanged)}" if unchanged else ""
        return f"is declared with the image {image}{also}", f"has the image {image} already{also}"

    return _commit(request, step, edit, describe, f"Set the image of {step.target.name} to {step.order.image}")


def _commit(
    request: Request,
    step: Step,
    edit: Callable[[Environment, str, str], str],
    describe: Callable[[Environment], tuple[str, str]],
    subject: str,
) -> Answer:
    """Commit what `edit` makes of a declaration: of the environment, the text and the path of its file.

    `describe` returns the answers for a change and for none, after the environment's name.

    Raises:
        RefusedError: the file as it is now, or as it would be, does not allow it.
        GitHubError: nothing could be committed.
    """
    name = step.target.name
    path = repository_path(name)
    after = step.target

    def edit_now(text: str) -> str:
        """Edit the file as it is on the default branch at that moment."""
        nonlocal after
        before = _parse(request, step, text)
        reason = authorise.refusal_reason(step.order.verb, request.login, request.permission, Subject.of(before))
        if reason:
            raise RefusedError(f"{name}: {reason}")
        edited = edit(before, text, path)
        after = _parse(request, step, edited, strict=edited != text)
        return edited

    message = f"{subject}\n\n{request.origin}"
    result = commit_edit(request.repository, path, edit_now, message)
    shown = f"**{markdown.code(str(name))}**"
    done, already = (f"{shown} {text}." for text in describe(after))
    return Answer(text=default_branch_change(result, done, already))


def _expires(environment: Environment) -> str:
    config = environment.config
    if not isinstance(config, AdHocAppConfig):
        raise RefusedError(f"{environment.name} does not expire")
    return config.expires


def _parse(request: Request, step: Step, text: str, *, strict: bool = False) -> Environment:
    """Return the environment that a text declares beside the other declarations. Raises RefusedError if it may not."""
    name = step.target.name
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "environments"
        shutil.copytree(request.folder, folder)
        files.file_of(folder, name).write_bytes(text.encode())
        try:
            return load(folder, only={name}, today=request.today, strict={name} if strict else ())[name]
        except DeclarationError as error:
            raise RefusedError(str(error)) from error
