"""A change of how MiniStack runs Lambda functions."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from local_aws.ministack import seams

if TYPE_CHECKING:
    from local_aws.ministack.seams import Record

_ANY_ERROR = "Runtime.HandlerError"


def name_errors_as_lambda_does() -> None:
    """Let the error of a Python function have its class as `errorType`, by which state machines tell errors apart.

    MiniStack names all of them `Runtime.HandlerError`. The class is in the traceback, which it logs.
    https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
    """
    execute = seams.execute_function.current

    @functools.wraps(execute)
    def execute_and_name(function: Record, event: Record) -> Record:
        result = execute(function, event)
        error = result.get("body")
        if not (result.get("error") and isinstance(error, dict) and error.get("errorType") == _ANY_ERROR):
            return result
        return {**result, "body": {**error, "errorType": _class(str(error["errorMessage"]), str(result.get("log")))}}

    seams.execute_function.replace(execute_and_name)


def _class(message: str, log: str) -> str:
    """Return the class that stands before the message at the end of a traceback, without its module."""
    traceback = log.rstrip().removesuffix(message.rstrip()).rstrip(": \n")
    last_line = traceback.rpartition("\n")[2]
    name = last_line.rpartition(".")[2]
    return name if name.isidentifier() else _ANY_ERROR
