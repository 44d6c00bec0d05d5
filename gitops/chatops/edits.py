"""Orders that are commits: `/extend`, `/lock`, `/unlock`, and the image of `/deploy NAME IMAGE`."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.config import files
from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.model import AdHocAppConfig
from gitops.chatops import answers, authorise
from gitops.chatops.answers import Answer
from gitops.chatops.errors import RefusedError
from gitops.chatops.request import path_of
from gitops.declarations import with_field, without_field
from gitops.github.default_branch import commit_edit
from gitops.output import markdown

if TYPE_CHECKING:
    from constructs_lib.config.environments import Environment
    from constructs_lib.config.naming import EnvironmentName
    from gitops.chatops.grammar import Order
    from gitops.chatops.request import Request
    from gitops.github.model import Permission


def perform(request: Request, order: Order, name: EnvironmentName, permission: Permission) -> Answer:
    """Commit what an order changes of the declaration `name`.

    Raises:
        RefusedError: the file as it is now, or as it would be, does not allow it.
        GitHubError: nothing could be committed.
    """
    editor = _Editor(request, order, name, permission)
    result = commit_edit(request.repository, path_of(name), editor.edit, _message(request, order, name))
    return Answer(text=answers.change(result, *_said(order, name, editor)))


@dataclass(slots=True)
class _Editor:
    """Edits the file as it is on the default branch at that moment; `before` and `after` are what it declares."""

    request: Request
    order: Order
    name: EnvironmentName
    permission: Permission
    before: Environment | None = None
    after: Environment | None = None

    def edit(self, text: str) -> str:
        """Return the file's new text. Raises RefusedError."""
        path = path_of(self.name)
        self.before = self._declared(text)
        if reason := authorise.refusal(self.order.verb, self.request.login, self.permission, self.before):
            raise RefusedError(f"{self.name}: {reason}")
        edited = text
        match self.order.verb:
            case "extend":
                edited = with_field(text, path, "expires", self._expires(self.before).isoformat())
            case "lock":
                lock = {"by": self.request.login, "reason": self.order.reason}
                edited = with_field(text, path, "lock", lock)
            case "unlock":
                edited = without_field(text, path, "lock")
            case "deploy":
                edited = with_field(text, path, "image", self.order.image)
        strict = edited != text
        self.after = self._declared(edited, strict=strict)
        return edited

    def _expires(self, environment: Environment) -> date:
        config = environment.config
        if not isinstance(config, AdHocAppConfig):
            raise RefusedError(f"{self.name} does not expire")
        return max(date.fromisoformat(config.expires), self.request.today) + timedelta(days=self.order.days)

    def _declared(self, text: str, *, strict: bool = False) -> Environment:
        """Return what a text declares beside the other declarations. Raises RefusedError when it may not."""
        with tempfile.TemporaryDirectory() as root:
            folder = Path(root) / "environments"
            shutil.copytree(self.request.folder, folder)
            files.file_of(folder, self.name).write_bytes(text.encode())
            try:
                names = {self.name}
                return load(folder, only=names, today=self.request.today, strict=names if strict else ())[self.name]
            except DeclarationError as error:
                raise RefusedError(str(error)) from error


def _message(request: Request, order: Order, name: EnvironmentName) -> str:
    subject = {
        "extend": f"Extend {name} by {order.days} days",
        "lock": f"Lock {name}",
        "unlock": f"Unlock {name}",
        "deploy": f"Set the image of {name} to {order.image}",
    }[order.verb]
    return f"{subject}\n\nOrdered by @{request.login} in {request.event.comment.url}"


def _said(order: Order, name: EnvironmentName, editor: _Editor) -> tuple[str, str]:
    """Return what to say once it is done, and what when there was nothing to do."""
    shown = f"**{markdown.code(str(name))}**"
    after = editor.after.config if editor.after else None
    match order.verb:
        case "extend" if isinstance(after, AdHocAppConfig):
            return f"{shown} now expires after {after.expires}.", f"{shown} expires after {after.expires} already."
        case "lock":
            lock = editor.after.lock if editor.after else None
            why = markdown.text(str(lock)) if lock else ""
            return f"{shown} is {why}. `/unlock {name}` ends that.", f"{shown} is {why} already."
        case "unlock":
            return f"{shown} is no longer locked.", f"{shown} was not locked."
        case _:
            image = markdown.code(order.image)
            return f"{shown} is declared with the image {image}.", f"{shown} has the image {image} already."
