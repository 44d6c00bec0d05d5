"""Migrations that the version that runs would not survive are found, and those that say why they are safe pass."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from django.test import override_settings
from django_migration_linter.migration_linter import MigrationLinter

from tests import lint_migrations
from tests.lint_migrations import ROOT, Verdict

NEW = """\
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("posts", "0001_initial")]
    operations = [{operation}]
    {statement}
"""
REMOVES = 'migrations.RemoveField("post", "text")'
ADDS_REQUIRED = 'migrations.AddField("post", "language", models.CharField(max_length=5, default="en"))'
ADDS_WITH_DATABASE_DEFAULT = 'migrations.AddField("post", "language", models.CharField(max_length=5, db_default="en"))'
ADDS_OPTIONAL = 'migrations.AddField("post", "language", models.CharField(max_length=5, null=True))'


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The migrations of posts in a package of the test's own."""
    package = tmp_path / f"posts_{tmp_path.name}"
    shutil.copytree(ROOT / "microblog/posts/migrations", package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.syspath_prepend(tmp_path)
    with override_settings(MIGRATION_MODULES={"posts": package.name}):
        yield package


def judge(package: Path, operation: str, statement: str = "") -> Verdict:
    (package / "0999_new.py").write_text(NEW.format(operation=operation, statement=statement))
    linter = MigrationLinter(path=str(ROOT), no_cache=True, no_output=True)
    return lint_migrations._verdict(linter, PurePosixPath("microblog/posts/migrations/0999_new.py"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("operation", "problem"), [(REMOVES, "DROPPING columns"), (ADDS_REQUIRED, "NOT NULL constraint on columns")]
)
def test_what_the_version_that_runs_would_not_survive_fails(package: Path, operation: str, problem: str) -> None:
    verdict = judge(package, operation)

    assert verdict.fails
    assert verdict.migration == "posts.0999_new"
    assert [found.partition(" (")[0] for found in verdict.problems] == [problem]


@pytest.mark.django_db
@pytest.mark.parametrize("operation", [ADDS_OPTIONAL, ADDS_WITH_DATABASE_DEFAULT])
def test_what_it_does_not_notice_passes(package: Path, operation: str) -> None:
    assert judge(package, operation) == Verdict(migration="posts.0999_new", problems=[], safe_because="")


@pytest.mark.django_db
def test_a_migration_that_says_why_it_is_safe_passes_and_its_problems_are_told(package: Path) -> None:
    verdict = judge(package, REMOVES, 'safe_because = "v1.4.0 no longer reads it"')

    assert not verdict.fails
    assert verdict.safe_because == "v1.4.0 no longer reads it"
    assert verdict.problems


def test_the_command_line_tells_and_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    found = [
        Verdict(migration="posts.0002_a", problems=[], safe_because=""),
        Verdict(migration="posts.0003_b", problems=["DROPPING columns"], safe_because=""),
    ]
    monkeypatch.setattr(lint_migrations, "_on_a_database", lambda files: found[: len(list(files))])

    assert lint_migrations.main([]) == 0
    assert lint_migrations.main(["a"]) == 0
    assert lint_migrations.main(["a", "b"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "posts.0003_b: DROPPING columns"
