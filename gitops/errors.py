"""Errors that end a command with a message instead of a traceback."""


class UserError(Exception):
    """Something the user can put right: the message says what happened, why, and what to do. Exit code 1."""


class RefusedError(UserError):
    """A request that is not carried out; the message says why, to the person who made it. Nothing was changed."""
