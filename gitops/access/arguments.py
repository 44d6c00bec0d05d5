"""The command line's grammar of `preflight` and of the ways into what runs."""

from __future__ import annotations

import argparse
import re
from datetime import timedelta
from typing import Protocol

_PREFLIGHT = """\
Check that everything exists that environments need and do not make themselves: images, secrets, certificates, hosted
zones, quotas, the CDK's bootstrap. Changes nothing. `gitops deploy` does it first, for what will change.
"""
_SHELL = """\
Open a shell in a running container, or run COMMAND in it, through ECS Exec. Needs the AWS CLI and its Session Manager
plugin. ECS Exec does not pass on COMMAND's exit code; for that there is `gitops run`.
"""
_SHELL_EXAMPLES = """\
examples:
  gitops shell dev/alpha
  gitops shell dev/alpha --service worker -- python manage.py shell
  gitops shell dev/alpha --print          the command, to run or to adapt
"""
_DB = """\
Forward a port of this machine through the base's bastion to the database of an environment, until Ctrl-C; with --psql,
for as long as psql runs. Needs the AWS CLI and its Session Manager plugin. The password is never printed.
"""
_DB_EXAMPLES = """\
examples:
  gitops db dev/alpha --psql
  gitops db dev/alpha --port 15432        a port that does not change, for a database client
"""
_LOGS = """\
Print what the services of an environment log, all of them in one order of time, each line with its service before it.
"""
_LOGS_EXAMPLES = """\
examples:
  gitops logs dev/alpha --since 15m
  gitops logs dev/alpha --service web --follow
"""
_RUN = """\
Run COMMAND in a task of its own, with the image, variables, secrets and network of a service's tasks. Prints its log
and ends with its exit code. Ctrl-C stops the task.
"""
_RUN_EXAMPLES = """\
examples:
  gitops run dev/alpha -- python manage.py migrate
  gitops run prod/app --service worker -- python manage.py clearsessions
"""
_OPEN = """\
Print where an environment answers, and open it in the browser. On the embedded AWS that is the front door of this
machine, http://alpha.dev.localhost:4566/ for dev/alpha; otherwise its own URL.
"""
_SLEEP = """\
Stop the tasks of an ad hoc app: the desired count of each of its services becomes 0. Its data and its address stay.
"""
_WAKE = """\
Start the tasks of an ad hoc app that sleeps: the desired count of each of its services becomes 1.
"""
_BASTION = """\
Start or stop the bastion of a base, or tell whether it runs. Nothing but `gitops db` needs it; stopped, it costs its
disk alone.
"""
_BASTION_EXAMPLES = """\
examples:
  gitops bastion status dev
  gitops bastion start dev
"""

_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
HIGHEST_PORT = 65_535


class AddVerb(Protocol):
    """How the parser of a verb is made; gitops.arguments has it."""

    def __call__(self, name: str, summary: str, text: str, examples: str = "") -> argparse.ArgumentParser:
        """Return the parser of a new verb that talks to AWS."""


def add_verbs(add_verb: AddVerb) -> None:
    """Add the verbs of this module."""
    preflight = add_verb("preflight", "check that what environments need exists", _PREFLIGHT)
    preflight.add_argument("names", nargs="*", metavar="NAME", help="an environment; all when none is named")

    shell = add_verb("shell", "open a shell in a running container", _SHELL, _SHELL_EXAMPLES)
    _add_app(shell, "web")
    _add_print(shell)
    _take_command(shell)

    db = add_verb("db", "reach the database of an environment", _DB, _DB_EXAMPLES)
    _add_app(db)
    db.add_argument("--port", type=port, metavar="N", help="the port on this machine (default: any that is free)")
    db.add_argument("--psql", action="store_true", help="start psql")
    _add_print(db)

    logs = add_verb("logs", "what the services log", _LOGS, _LOGS_EXAMPLES)
    _add_app(logs)
    logs.add_argument("--service", metavar="NAME", help="one service (default: all)")
    logs.add_argument("--follow", action="store_true", help="go on until Ctrl-C")
    logs.add_argument(
        "--since", type=duration, default="10m", metavar="TIME", help="how far back: 90s, 15m, 1h, 2d (default: 10m)"
    )

    run = add_verb("run", "run a command in a task of its own", _RUN, _RUN_EXAMPLES)
    _add_app(run, "web")
    _take_command(run)

    _add_app(add_verb("open", "an environment in the browser", _OPEN))

    _add_app(add_verb("sleep", "stop the tasks of an ad hoc app", _SLEEP))
    _add_app(add_verb("wake", "start them again", _WAKE))

    bastion = add_verb("bastion", "the way to the databases of a base", _BASTION, _BASTION_EXAMPLES)
    bastion.add_argument("action", choices=("start", "stop", "status"), help="start it, stop it, or tell its state")
    bastion.add_argument("name", metavar="BASE", help="a base, dev")


def duration(text: str) -> timedelta:
    """Return the time that `text`, `90s`, `15m`, `1h` or `2d`, means."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write a number and s, m, h or d, such as 15m")
    number, unit = match.groups()
    return timedelta(**{_UNITS[unit]: int(number)})


def port(text: str) -> int:
    """Return the TCP port that `text` means."""
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: write a number from 1 to {HIGHEST_PORT}")
    return int(text)


def _add_app(parser: argparse.ArgumentParser, service: str | None = None) -> None:
    parser.add_argument("name", metavar="NAME", help="an environment, dev/alpha")
    if service:
        parser.add_argument("--service", default=service, metavar="NAME", help=f"default: {service}")


def _add_print(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--print", action="store_true", dest="print_only", help="print the command instead of running it"
    )


def _take_command(parser: argparse.ArgumentParser) -> None:
    """Show in the usage that what follows `--` is a command; gitops.arguments takes it before it parses the rest."""
    parser.set_defaults(command=())
    parser.usage = f"{parser.format_usage().removeprefix('usage: ').strip()} -- COMMAND"
