"""Errors that end a command with a message instead of a traceback."""

LOCKED_EXIT = 3
"""Exit code of a command that has changed nothing because an environment is locked."""


class UserError(Exception):
    """Something the user can put right: the message says what happened, why, and what to do."""

    exit_code = 1


class RefusedError(UserError):
    """A request that is not carried out; the message says why, to the person who made it. Nothing was changed."""


class LockedError(RefusedError):
    """An environment is locked, so nothing was changed. The message says who locked it, since when and why."""

    exit_code = LOCKED_EXIT
