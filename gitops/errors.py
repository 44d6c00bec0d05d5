"""Errors that end a command with a message instead of a traceback."""


class UserError(Exception):
    """Something the user can put right: the message says what happened, why, and what to do. Exit code 1."""
