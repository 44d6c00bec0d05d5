"""Further versions of the example application: copies of its folder, with a small change in each."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.sample import APPLICATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.environments.world import World

SOURCE = ("config", "microblog", "staticfiles", "gunicorn.conf.py", "manage.py")
MIGRATION = '''\
"""{name}."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("posts", "0001_initial")]
    operations = [{operation}]
'''
LANGUAGE = 'language = models.CharField(max_length=8, db_default="en")'
ADDS_LANGUAGE = 'migrations.AddField("post", "language", models.CharField(db_default="en", max_length=8))'
DIVIDES_BY_ZERO = 'migrations.RunSQL("SELECT 1 / 0")'


def make(
    world: World, tag: str, *, changes: Mapping[str, tuple[str, str]], migration: tuple[str, str] | None = None
) -> None:
    """Make a version that tells its tag.

    ``changes`` are what to replace by what, by file; ``migration`` is a further one's name and operation.
    """
    folder = world.root / "images" / tag
    folder.mkdir(parents=True)
    for name in SOURCE:
        copy = shutil.copytree if (APPLICATION / name).is_dir() else shutil.copy
        copy(APPLICATION / name, folder / name)
    (folder / ".venv").symlink_to(APPLICATION / ".venv")
    # The image of a version has this variable; a folder has none.
    version = ('text("APP_VERSION", "development")', f'text("APP_VERSION", "{tag}")')
    for name, (old, new) in {"config/settings.py": version, **changes}.items():
        text = (folder / name).read_text()
        assert old in text, f"{name} has no {old} any more"
        (folder / name).write_text(text.replace(old, new, 1))
    if migration:
        name, operation = migration
        file = folder / "microblog" / "posts" / "migrations" / f"{name}.py"
        file.write_text(MIGRATION.format(name=name, operation=operation))
    world.image(tag, folder)
