"""The command line of the embedded AWS: ``python -m local_aws [--state-dir FOLDER] COMMAND``.

``up``, ``status`` and ``down`` print one JSON object: ``running`` (bool), ``changed`` (bool: whether this call started
or stopped it), and, while it runs, ``images`` (names of those that run), ``engine`` (where a container engine listens,
or null), ``permissions`` (how many were authorised and denied, in all and by principal, and what was denied) and the
fields of ``local.json``. Exit code 0, or 1 when it cannot start, with the reason on standard error. ``down`` also
returns 0 when none runs. ``permissions`` prints counts and denials in words instead, and returns 1 if something was
denied. ``exec`` and ``psql`` become another program: one in a container of a running task, and the one of its
PostgreSQL.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_aws import lifecycle
from local_aws.authorisation import records
from local_aws.engine import choice
from local_aws.runtime import surroundings
from local_aws.runtime.images import Images

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_aws.lifecycle import EmbeddedAws

INTERRUPTED = 128 + signal.SIGINT
EVERY_OTHER_IMAGE = "*"
"""Stands among the images whose tasks run for all others, when an engine runs those."""


def main(argv: Sequence[str]) -> int:
    """Run one command, print its JSON object and return the exit code."""
    options = _parser().parse_args(argv)
    state_dir: Path = options.state_dir
    logging.basicConfig(format="%(message)s")
    try:
        match options.command:
            case "up":
                aws, started = lifecycle.up(
                    state_dir, port=options.port, account=options.account, region=options.region, images=options.images
                )
                answer = _described(aws, state_dir, changed=started)
            case "permissions":
                return _tell_permissions(state_dir)
            case "exec":
                surroundings.of(state_dir, options.task, options.container).become(options.words)
            case "psql":
                program = Images(state_dir).own("postgres") / "bin" / "psql"
                os.execv(program, [str(program), *options.words])  # noqa: S606 - a list, and no shell
            case "down":
                answer = {"running": False, "changed": lifecycle.down(state_dir)}
            case _:
                answer = _described(lifecycle.find(state_dir), state_dir, changed=False)
    except (lifecycle.LocalError, surroundings.NotRunningError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    print(json.dumps(answer, indent=2, default=str))
    return 0


def _described(aws: EmbeddedAws | None, state_dir: Path, *, changed: bool) -> dict[str, Any]:
    if aws is None:
        return {"running": False, "changed": changed}
    fields = {**asdict(aws), "started": aws.started.isoformat()}
    engine = choice.host_of(state_dir)
    images = [*Images(state_dir).names(), *([EVERY_OTHER_IMAGE] if engine else [])]
    more = {"images": images, "engine": engine, "permissions": _permissions(state_dir)}
    return {"running": True, "changed": changed, **more, **fields}


def _permissions(state_dir: Path) -> dict[str, Any]:
    counts = records.summary(state_dir)
    return {
        "authorised": sum(one.authorised for one in counts),
        "denied": sum(one.denied for one in counts),
        "principals": [asdict(one) for one in counts],
        "denials": [str(one) for one in records.denials(state_dir)],
    }


def _tell_permissions(state_dir: Path) -> int:
    """Print what was authorised and denied; return 1 if something was denied."""
    permissions = _permissions(state_dir)
    print(f"permissions: {permissions['authorised']} authorised, {permissions['denied']} denied")
    for denial in permissions["denials"]:
        print(f"  {denial}")
    return 1 if permissions["denied"] else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_aws", description="An AWS on this machine, on loopback.")
    parser.add_argument(
        "--state-dir",
        type=Path,
        default=Path(".gitops/local"),
        metavar="FOLDER",
        help="holds everything that it writes; a folder has one embedded AWS (default: %(default)s)",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="start it, unless it runs already")
    up.add_argument("--account", required=True, metavar="ID", help="AWS account of unsigned requests")
    up.add_argument("--region", default="us-east-1", help="region of unsigned requests (default: %(default)s)")
    up.add_argument(
        "--port",
        type=int,
        default=lifecycle.DEFAULT_PORT,
        help="port on loopback, another one if it is in use; 0 takes a free one (default: %(default)s)",
    )
    up.add_argument(
        "--images",
        type=Path,
        metavar="FILE",
        help="JSON object that maps images to folders: tasks of these run as processes, with databases and caches",
    )
    commands.add_parser("status", help="print whether it runs, and how to reach it")
    commands.add_parser("permissions", help="print what was authorised and denied; exit code 1 if something was denied")
    enter = commands.add_parser("exec", help="run a program in a container of a running task, in place of this one")
    enter.add_argument("--task", required=True, metavar="ID")
    enter.add_argument("--container", required=True, metavar="NAME")
    enter.add_argument("words", nargs="+", metavar="COMMAND", help="after --")
    psql = commands.add_parser("psql", help="run the psql of its PostgreSQL, in place of this program")
    psql.add_argument("words", nargs="*", metavar="ARGUMENT", help="after --")
    commands.add_parser("down", help="stop it and delete its data")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
