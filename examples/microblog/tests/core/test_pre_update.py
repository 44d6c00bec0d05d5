from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings


@pytest.mark.django_db(transaction=True)
def test_a_release_migrates_and_can_be_repeated() -> None:
    out = StringIO()

    for _ in range(2):
        call_command("pre_update", stdout=out)

    assert out.getvalue().count("v1.2.3 can take over") == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("5s",)


@pytest.mark.django_db
def test_an_image_without_static_files_is_not_released(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path

    with pytest.raises(CommandError, match="collectstatic"):
        call_command("pre_update")


@pytest.mark.django_db
def test_no_change_of_a_model_lacks_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())
