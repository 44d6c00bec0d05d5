"""`manage.py pre_update`: what a release does before its tasks take traffic."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

LOCK = 7_300_416
"""Any number that no other advisory lock of this database has."""


class Command(BaseCommand):
    """Migrates the database, once at a time, and makes sure that the image is complete."""

    help = "Prepares the database for this version. Its failure stops the release."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Run it.

        Raises:
            CommandError: The image holds no collected static files.
        """
        if isinstance(staticfiles_storage, ManifestStaticFilesStorage) and not staticfiles_storage.hashed_files:
            raise CommandError(
                f"there are no static files in {settings.STATIC_ROOT}: "
                "run `manage.py collectstatic` when the image is built"
            )
        with connection.cursor() as cursor:
            # Building an index may take long; waiting for a lock may not, for every request would wait behind it.
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SET lock_timeout = 0")
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            cursor.execute("SET lock_timeout = '5s'")
        call_command("migrate", interactive=False, verbosity=1, stdout=self.stdout, stderr=self.stderr)
        with connection.cursor() as cursor:
            # After a failure the end of this process releases the lock.
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
            cursor.execute("RESET statement_timeout")
            cursor.execute("RESET lock_timeout")
        self.stdout.write(f"{settings.APP_VERSION} can take over")
