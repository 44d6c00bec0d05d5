"""The folder that stands for PostgreSQL's own image, whose programs the database tasks run.

The wheel's `psql` and `pg_dump` know no TLS, so here they take the port behind the gateway that asks for it; names
and passwords are checked all the same. A task that is declared for Alpine's shell needs more of `sh` than Debian's
has, so bash is it, where there is one.
"""

from __future__ import annotations

import shlex
import shutil
from typing import TYPE_CHECKING

from local_aws.data.postgres import PLAIN_PORT, PROGRAMS

if TYPE_CHECKING:
    from pathlib import Path

NAME = "postgres"
SCRIPT = """\
#!/bin/sh
PGSSLMODE=disable PGPORT={port} exec {program} "$@"
"""


def write(folder: Path) -> None:
    """Write the image into a folder that does not exist yet."""
    programs = folder / "bin"
    programs.mkdir(parents=True)
    for name in ("psql", "pg_dump", "pg_restore", "pg_isready"):
        file = programs / name
        file.write_text(SCRIPT.format(port=PLAIN_PORT, program=shlex.quote(str(PROGRAMS / name))))
        file.chmod(0o755)
    bash = shutil.which("bash")
    if bash:
        (programs / "sh").symlink_to(bash)
