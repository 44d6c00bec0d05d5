"""The webhook events `issues` and `workflow_dispatch`, as far as they can ask for an environment.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues
https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_dispatch
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gitops.chatops.forms import fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops.chatops.forms.fields import Form


@dataclass(frozen=True, kw_only=True, slots=True)
class FormEvent:
    """Somebody has sent the form: in the issue `number`, or as inputs of the workflow where that is None.

    `author` has opened the issue. `sender` has started the run: they have opened it, edited it or sent the inputs.
    """

    number: int | None
    author: str
    sender: str
    form: Form


def form_event(payload: Mapping[str, Any]) -> FormEvent | None:
    """Return the event, or None for what asks for nothing: other issues, closed ones, bots and apps."""
    sender = payload.get("sender") or {}
    if sender.get("type") != "User":
        return None
    issue = payload.get("issue")
    if issue is None:
        inputs = payload.get("inputs")
        if not isinstance(inputs, dict):
            return None
        login, form = sender["login"], fields.read_inputs(inputs)
        return FormEvent(number=None, author=login, sender=login, form=form)
    user = issue.get("user") or {}
    is_asked = payload.get("action") in {"opened", "edited"} and issue.get("state") == "open"
    if not is_asked or user.get("type") != "User" or issue.get("performed_via_github_app") is not None:
        return None
    found = fields.read_issue(issue.get("body") or "")
    if found is None:
        return None
    return FormEvent(number=issue["number"], author=user["login"], sender=sender["login"], form=found)
