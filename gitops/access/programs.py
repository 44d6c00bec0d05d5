"""The programs that sessions need: the AWS CLI, its Session Manager plugin, and psql."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from typing import TYPE_CHECKING, NoReturn

from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.target import Target

AWS_CLI = "aws"
PLUGIN = "session-manager-plugin"
PSQL = "psql"

_GUIDE = "https://docs.aws.amazon.com/systems-manager/latest/userguide"
_HOW_TO_INSTALL = {
    AWS_CLI: {
        "linux": "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html#cliv2-linux-install",
        "darwin": "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html#cliv2-mac-install",
    },
    PLUGIN: {
        "linux": f"{_GUIDE}/install-plugin-debian-and-ubuntu.html (Debian, Ubuntu), "
        f"{_GUIDE}/install-plugin-linux.html (Amazon Linux, RHEL)",
        "darwin": f"{_GUIDE}/install-plugin-macos-overview.html",
    },
    PSQL: {
        "linux": "apt install postgresql-client, or dnf install postgresql",
        "darwin": "brew install libpq, and add its bin folder to PATH",
    },
}


def require(*programs: str) -> None:
    """Raise UserError when one of `programs` is not installed; it says how to install all that are not."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        platform = "darwin" if sys.platform == "darwin" else "linux"
        lines = [f"  {program}: {_HOW_TO_INSTALL[program][platform]}" for program in missing]
        raise UserError("\n".join(["not installed, or not on PATH:", *lines]))


def shown(target: Target, where: AccountRegion, command: Sequence[str]) -> str:
    """Return a command as it can be pasted into a shell, with the variables that lead to the embedded AWS."""
    variables = target.embedded.environment(where.account, where.region) if target.embedded else {}
    assignments = [f"{name}={value}" for name, value in variables.items()]
    return shlex.join(["env", *assignments, *command] if assignments else command)


def become(target: Target, where: AccountRegion, command: Sequence[str]) -> NoReturn:
    """Replace this process by a program, which then has the terminal, its signals and the exit code to itself."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execvpe(command[0], list(command), target.environ(where))  # noqa: S606 # a list, and no shell
