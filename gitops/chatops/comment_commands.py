"""The table of comment commands: every verb, and all that the rest of chatops has to know of it.

The grammar, help, README, authorisation, jobs and dispatch follow from the rows. A new verb is a row here and the
function that carries it out. Its module is imported only in the job that needs it: deciding does without AWS.
"""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from constructs_lib.config.model import CONFIG_OF_KIND
from gitops.chatops import orders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gitops.chatops.answers import Answer
    from gitops.chatops.decision import Step
    from gitops.chatops.orders import Order, Words
    from gitops.chatops.request import Request

Job = Literal["decide", "git", "read", "deploy", "destroy"]
"""A job of the workflow: each has the permissions that its steps need, and no more. The first needs no matrix."""

Scope = Literal["comment", "pull request", "account", "environment"]
"""What one step of a command is about: all of the comment, the pull request, an AWS account, or an environment."""

Who = Literal["writer", "owner", "lock holder"]
"""The least that a user must be, beside having write permission; authorise.py says what each means."""

WHO_MAY: Final[Mapping[Who, str]] = {
    "writer": "write permission",
    "owner": "its owner or an administrator; production: an administrator, with `destroy_by_comment: true` in its file",
    "lock holder": "write permission; once it is locked, the author of the lock or an administrator",
}

ENVIRONMENTS: Final = frozenset(CONFIG_OF_KIND) - {"account"}
AD_HOC_APPS: Final = frozenset({"ad-hoc-app"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A part of a command that one job carries out.

    `handler` is the function that does, as `module:name`; it takes the request and the step and returns the answer.
    """

    job: Job
    handler: str
    only_with_image: bool = False

    def load_handler(self) -> Callable[[Request, Step], Answer]:
        """Import and return the handler."""
        handler: Callable[[Request, Step], Answer] = pkgutil.resolve_name(self.handler)
        return handler


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentCommand:
    """A verb. `arguments` is their notation in its usage; `kinds` are those of the environments that it is for.

    With `free_text`, an argument may have letters and characters of any alphabet.
    """

    verb: str
    arguments: str = ""
    meaning: str
    parse: Callable[[str, Words], Order] = orders.parse_nothing
    free_text: bool = False
    scope: Scope
    kinds: frozenset[str] = frozenset()
    who: Who = "writer"
    while_locked: bool = True
    tasks: tuple[Task, ...]

    @property
    def usage(self) -> str:
        """How the command is written."""
        return f"/{self.verb} {self.arguments}".rstrip()

    def tasks_of(self, order: Order) -> Iterable[Task]:
        """Return the tasks of an order with this verb."""
        return [task for task in self.tasks if order.image or not task.only_with_image]

    @property
    def names_environment(self) -> bool:
        """Whether the name of an environment is one of the arguments, and may be omitted."""
        return "[NAME]" in self.arguments


class UnknownVerbError(LookupError):
    """A verb without a row in the table of comment commands: a fault of this program."""


COMMENT_COMMANDS: Final = (
    CommentCommand(
        verb="plan",
        meaning="show again what merging this pull request does; also of a fork, from its declarations",
        scope="pull request",
        tasks=(Task(job="read", handler="gitops.chatops.planning:plan_pull_request"),),
    ),
    CommentCommand(
        verb="deploy",
        arguments="[NAME] [IMAGE]",
        meaning="deploy an environment as the default branch declares it, or commit a new image and deploy that",
        parse=orders.parse_name_and_image,
        scope="environment",
        kinds=ENVIRONMENTS,
        while_locked=False,
        tasks=(
            # A new image is a commit first, by a job that has no credentials of AWS.
            Task(job="git", handler="gitops.chatops.edits:commit_image", only_with_image=True),
            Task(job="deploy", handler="gitops.chatops.running:deploy_by_comment"),
        ),
    ),
    CommentCommand(
        verb="destroy",
        arguments="[NAME]",
        meaning="show what destroying an environment deletes, and a token to confirm it with",
        parse=orders.parse_optional_name,
        scope="environment",
        kinds=ENVIRONMENTS,
        who="owner",
        while_locked=False,
        tasks=(Task(job="read", handler="gitops.chatops.destroying:offer_destruction"),),
    ),
    CommentCommand(
        verb="confirm",
        arguments="NAME TOKEN",
        meaning="destroy the environment for which `/destroy` gave the token",
        parse=orders.parse_name_and_token,
        scope="environment",
        kinds=ENVIRONMENTS,
        who="owner",
        while_locked=False,
        tasks=(Task(job="destroy", handler="gitops.chatops.destroying:confirm_destruction"),),
    ),
    CommentCommand(
        verb="status",
        meaning="show the environments of this pull request, or all of them if it has none",
        scope="account",
        tasks=(Task(job="read", handler="gitops.chatops.status:show_status"),),
    ),
    CommentCommand(
        verb="extend",
        arguments="[NAME] 3d",
        meaning="postpone the day on which an ad hoc app expires, within the policy of its base",
        parse=orders.parse_name_and_days,
        scope="environment",
        kinds=AD_HOC_APPS,
        tasks=(Task(job="git", handler="gitops.chatops.edits:extend_expiry"),),
    ),
    CommentCommand(
        verb="sleep",
        arguments="[NAME]",
        meaning="stop the tasks of an ad hoc app; its data stays",
        parse=orders.parse_optional_name,
        scope="environment",
        kinds=AD_HOC_APPS,
        while_locked=False,
        tasks=(Task(job="deploy", handler="gitops.chatops.running:sleep_by_comment"),),
    ),
    CommentCommand(
        verb="wake",
        arguments="[NAME]",
        meaning="start the tasks of an ad hoc app again",
        parse=orders.parse_optional_name,
        scope="environment",
        kinds=AD_HOC_APPS,
        while_locked=False,
        tasks=(Task(job="deploy", handler="gitops.chatops.running:wake_by_comment"),),
    ),
    CommentCommand(
        verb="lock",
        arguments="[NAME] REASON",
        meaning="lock an environment: no comment, merge or expiry deploys or destroys it until it is unlocked",
        parse=orders.parse_name_and_reason,
        free_text=True,
        scope="environment",
        kinds=ENVIRONMENTS,
        who="lock holder",
        tasks=(Task(job="git", handler="gitops.chatops.edits:lock_environment"),),
    ),
    CommentCommand(
        verb="unlock",
        arguments="[NAME]",
        meaning="remove the lock of an environment",
        parse=orders.parse_optional_name,
        scope="environment",
        kinds=ENVIRONMENTS,
        who="lock holder",
        tasks=(Task(job="git", handler="gitops.chatops.edits:unlock_environment"),),
    ),
    CommentCommand(
        verb="help",
        meaning="show this table",
        scope="comment",
        tasks=(Task(job="decide", handler="gitops.chatops.answers:show_help"),),
    ),
)

_BY_VERB: Final = {command.verb: command for command in COMMENT_COMMANDS}


def verbs() -> Iterable[str]:
    """Return the verbs, in the order of the table."""
    return _BY_VERB.keys()


def command_of(verb: str) -> CommentCommand:
    """Return the row of a verb. Raises UnknownVerbError without one."""
    try:
        return _BY_VERB[verb]
    except KeyError:
        raise UnknownVerbError(
            f"the comment command /{verb} has no row in gitops/chatops/comment_commands.py"
        ) from None
