"""The command line, `python -m gitops` or `gitops`: parses, calls one command, and turns errors into exit codes."""

from __future__ import annotations

import inspect
import os
import signal
import sys
import traceback
from importlib import import_module
from typing import TYPE_CHECKING

from constructs_lib.config.errors import DeclarationError
from gitops import checkout, cli
from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

USER_ERROR = 1
BUG = 3
INTERRUPTED = 128 + signal.SIGINT
CRASH_LOG = checkout.STATE / "crash.log"


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code: 0, 1 for a user's error, 3 for a bug of ours, 130 interrupted.

    A command's module is imported when it is called: some need packages that take long to import.
    """
    options = vars(cli.parse(argv))
    verb = options["verb"]
    try:
        command = getattr(import_module(f"gitops.commands.{verb}"), verb)
        wanted = inspect.signature(command).parameters
        exit_code: int = command(**{name: value for name, value in options.items() if name in wanted})
        sys.stdout.flush()
    except DeclarationError as error:
        print(error, file=sys.stderr)
        return USER_ERROR
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader closed the pipe; Python would report it once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Exception as error:  # noqa: BLE001 - the boundary: any other exception is a bug
        print(f"bug: {type(error).__name__}: {error}. {_keep_traceback()}", file=sys.stderr)
        return BUG
    return exit_code


def entry_point() -> None:
    """Run the process's command line and end with its exit code. SIGTERM is a Ctrl-C: both leave nothing running."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))


def _keep_traceback() -> str:
    """Write the current traceback to a file, and return a sentence that says which."""
    try:
        CRASH_LOG.parent.mkdir(parents=True, exist_ok=True)
        CRASH_LOG.write_text(traceback.format_exc())
    except OSError as error:
        return f"The traceback could not be written to {CRASH_LOG}: {error.strerror}"
    return f"The traceback is in {CRASH_LOG}"


if __name__ == "__main__":
    entry_point()
