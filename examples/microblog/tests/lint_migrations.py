"""`make migrations-check`: which migrations the version that runs would not survive.

A release migrates before its tasks take over, so that for a while the version before works with the new tables. Some
migrations cannot be judged by their SQL alone: a column can go once the version that runs no longer reads it. Such a
migration says so, `safe_because = "v1.4.0 no longer reads it"`, and is then let through.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from tests import local_servers

if TYPE_CHECKING:
    from django_migration_linter.migration_linter import MigrationLinter

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = {"DEBUG": "1", "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What is wrong with a migration, and why that is no harm; both are empty when nothing is wrong."""

    migration: str
    problems: list[str]
    safe_because: str

    @property
    def fails(self) -> bool:
        """Whether a release must not have it as it is."""
        return bool(self.problems) and not self.safe_because


def main(files: list[str]) -> int:
    """Judge the migrations whose files are named, print what was found, and return 1 when one fails."""
    verdicts = _on_a_database(files) if files else []
    for verdict in verdicts:
        reason = f" (safe because {verdict.safe_because})" if verdict.safe_because else ""
        print(f"{verdict.migration}: {'; '.join(verdict.problems) or 'compatible'}{reason}")
    return 1 if any(verdict.fails for verdict in verdicts) else 0


def _on_a_database(files: Iterable[str]) -> list[Verdict]:
    """Judge migrations with an empty PostgreSQL: Django asks one for the SQL of a migration."""
    with tempfile.TemporaryDirectory(prefix="microblog-migrations-") as folder:
        servers = local_servers.start(Path(folder))
        try:
            os.environ |= {**servers.environment, **SETTINGS}
            return _judge(files)
        finally:
            servers.stop()


def _judge(files: Iterable[str]) -> list[Verdict]:
    import django  # reads the settings, which need the variables

    django.setup()
    from django_migration_linter.migration_linter import MigrationLinter  # needs Django set up

    linter = MigrationLinter(path=str(ROOT), no_cache=True, no_output=True)
    return [_verdict(linter, PurePosixPath(file)) for file in files]


def _verdict(linter: MigrationLinter, file: PurePosixPath) -> Verdict:
    from django_migration_linter.sql_analyser.analyser import analyse_sql_statements  # the same

    label, name = file.parent.parent.name, file.stem
    migration = linter.migration_loader.disk_migrations[label, name]
    errors, _, _ = analyse_sql_statements(linter.sql_analyser_class, linter.get_sql(label, name))
    data_errors, _, _ = linter.analyse_data_migration(migration)
    return Verdict(
        migration=f"{label}.{name}",
        problems=[_in_words(issue.message, issue.table, issue.column) for issue in [*errors, *data_errors]],
        safe_because=getattr(migration, "safe_because", ""),
    )


def _in_words(message: str, table: str | None, column: str | None) -> str:
    where = ".".join(part for part in (table, column) if part)
    return f"{message} ({where})" if where else message


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
