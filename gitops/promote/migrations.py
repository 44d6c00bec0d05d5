"""Which migrations of a release the version that runs would not survive, where the application is in this checkout.

The release command migrates while the version before still serves, and a rollback of the release leaves the tables as
they are. The application judges its migrations itself: `python -m tests.lint_migrations` in examples/microblog.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.config.model import AppConfig

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from constructs_lib.config.environments import Environment

APPLICATIONS = "examples"
"""The folder of applications whose name is that of their image repository."""

MIGRATIONS = "*/migrations/[0-9]*.py"
TIMEOUT_SECONDS = 120

_PASSED_ON = ("HOME", "LANG", "PATH", "TMPDIR", "USER")


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the application's check says of a migration; `safe_because` is why its problems do no harm."""

    migration: str
    problems: tuple[str, ...]
    safe_because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What was found out about a release: verdicts of its migrations, or why there are none.

    `changed` counts the migrations that differ; None when even that is not known.
    """

    changed: int | None
    verdicts: tuple[Verdict, ...] = ()
    unknown: str = ""


def warnings(before: Environment | None, after: Environment | None, root: Path) -> Iterator[str]:
    """Yield what to know of the migrations of a release; nothing when the application is not below `root`.

    `before` and `after` are the declarations of an environment whose image may differ. Image tags are read as the
    commits and tags of git that they are named after.
    """
    if before is None or after is None:
        return
    old, new = before.config, after.config
    if not isinstance(old, AppConfig) or not isinstance(new, AppConfig) or old.image == new.image:
        return
    application = root / APPLICATIONS / new.repository
    if old.repository == new.repository and (application / "manage.py").is_file():
        yield from in_words(judge(application, old.image, new.image), old.image)


def in_words(judgement: Judgement, running: str) -> Iterator[str]:
    """Yield what a judgement means for a release that takes over from the version `running`."""
    if judgement.changed is None:
        yield f"its migrations were not looked at: {judgement.unknown}"
    elif judgement.unknown:
        yield f"its new or changed migrations ({judgement.changed}) were not judged: {judgement.unknown}"
    for verdict in judgement.verdicts:
        problems = "; ".join(verdict.problems)
        if verdict.safe_because:
            yield f"the migration {verdict.migration} is said to be safe ({verdict.safe_because}): {problems}"
        elif problems:
            yield (
                f"the migration {verdict.migration} is not backward compatible: {problems}. {running} works with it "
                "until the new tasks have taken over, and again after a rollback (docs/operations.md)"
            )


def judge(application: Path, before: str, after: str) -> Judgement:
    """Return what the application says of the migrations between two of its versions, of which git knows the commits.

    Nothing is raised: what cannot be found out is said in the judgement.
    """
    commits = [_commit(application, version) for version in (before, after)]
    for version, commit in zip((before, after), commits, strict=True):
        if not commit:
            return Judgement(changed=None, unknown=f"{version} names no commit or tag of this checkout")
    old, new = commits
    changed = _git(
        application, "diff", "--name-only", "-z", "--relative", "--diff-filter=AMR", old, new, "--", MIGRATIONS
    )
    if changed is None:
        return Judgement(changed=None, unknown="git cannot compare the versions")
    files = [path for path in changed.decode(errors="surrogateescape").split("\0") if path]
    if not files:
        return Judgement(changed=0)
    return _judged(application, new, files)


def _judged(application: Path, commit: str, files: Sequence[str]) -> Judgement:
    """Have the application's own check judge migrations, in its code of that commit."""
    python = application / ".venv/bin/python"
    if not python.exists():
        setup = f"make -C {APPLICATIONS}/{application.name} setup"
        return Judgement(changed=len(files), unknown=f"the application is not set up here ({setup})")
    archive = _git(application, "archive", "--format=zip", commit)
    if archive is None:
        return Judgement(changed=len(files), unknown="git cannot write out the new version")
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(io.BytesIO(archive)) as files_of_commit:
            files_of_commit.extractall(folder)
        try:
            done = subprocess.run(
                [python.absolute(), "-m", "tests.lint_migrations", "--json", *files],
                cwd=folder,
                # It is the application's code: it gets no credentials of ours.
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                capture_output=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
            return Judgement(changed=len(files), verdicts=_read(done.stdout))
        except subprocess.TimeoutExpired:
            return Judgement(changed=len(files), unknown=f"their check took longer than {TIMEOUT_SECONDS} seconds")
        except (ValueError, TypeError, KeyError, IndexError):
            return Judgement(changed=len(files), unknown="their check failed")


def _read(output: bytes) -> tuple[Verdict, ...]:
    """Return the verdicts in the last line of a check's output; those that have nothing to say are left out."""
    found = json.loads(output.splitlines()[-1])
    verdicts = [
        Verdict(
            migration=str(entry["migration"]),
            problems=tuple(str(problem) for problem in entry["problems"]),
            safe_because=str(entry["safe_because"]),
        )
        for entry in found
    ]
    return tuple(verdict for verdict in verdicts if verdict.problems)


def _commit(application: Path, version: str) -> str:
    """Return the commit that an image tag is named after, empty when there is none; a digest is named after none."""
    if ":" in version:
        return ""
    found = _git(application, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{version}^{{commit}}")
    return found.decode().strip() if found else ""


def _git(application: Path, *arguments: str) -> bytes | None:
    """Return what git prints, or None when it fails or is not there."""
    try:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607 # git is where the user's PATH has it
            cwd=application,
            capture_output=True,
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
