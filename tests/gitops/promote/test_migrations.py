"""What is said of the migrations of a release, with a check that answers what a test wants in place of the real one."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from constructs_lib.config.model import AdHocAppConfig, ServiceConfig
from gitops.promote.migrations import Judgement, Verdict, in_words, judge, warnings
from tests.gitops.factories import environment

if TYPE_CHECKING:
    from pathlib import Path

    from constructs_lib.config.environments import Environment

CHECK = """\
#!/bin/sh
echo "$*" > {arguments}
env > {environ}
cat microblog/posts/migrations/0002_more.py > {seen}
{body}
"""
INCOMPATIBLE = [{"migration": "posts.0002_more", "problems": ["DROPPING columns (post.text)"], "safe_because": ""}]
SAFE = [{**INCOMPATIBLE[0], "safe_because": "v1 does not read it"}]


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=octocat", "-c", "user.email=octocat@example.com"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@dataclass(frozen=True)
class Application:
    """A checkout with an application of which v1, v2 and v3 are tags; v2 has a new migration, and v3 the same."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "examples/microblog"

    def commit(self, path: str, text: str, tag: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        git(self.root, "add", "examples")
        git(self.root, "commit", "--quiet", "-m", tag)
        git(self.root, "tag", tag)

    def check(self, body: str) -> None:
        """Set the application up with a check that does `body`."""
        python = self.folder / ".venv/bin/python"
        python.parent.mkdir(parents=True, exist_ok=True)
        places = {name: self.root / name for name in ("arguments", "environ", "seen")}
        python.write_text(CHECK.format(body=body, **places))
        python.chmod(0o755)

    def answers(self, verdicts: object) -> None:
        self.check(f"echo 'a line of a log'\necho '{json.dumps(verdicts)}'\nexit 1")

    def warnings(self, before: str, after: str) -> list[str]:
        return list(warnings(app(before), app(after), self.root))


def app(image: str, repository: str = "microblog") -> Environment:
    services = {"web": ServiceConfig()}
    config = AdHocAppConfig(
        owner="octocat", repository=repository, image=image, services=services, expires="2026-12-01"
    )
    return replace(environment("dev/alpha", environment("dev")), config=config)


@pytest.fixture
def application(tmp_path: Path) -> Application:
    git(tmp_path, "init", "--quiet")
    made = Application(tmp_path)
    made.commit("microblog/posts/migrations/0001_initial.py", "one", "v0")
    made.commit("manage.py", "", "v1")
    made.commit("microblog/posts/migrations/0002_more.py", "two", "v2")
    made.commit("microblog/posts/migrations/__init__.py", "", "v3")
    (made.folder / "microblog/posts/migrations/0002_more.py").write_text("not committed")
    return made


def test_a_migration_that_is_not_backward_compatible_is_told(application: Application) -> None:
    application.answers(INCOMPATIBLE)

    (line,) = application.warnings("v1", "v2")

    assert line.startswith(
        "the migration posts.0002_more is not backward compatible: DROPPING columns (post.text). v1 "
    )


def test_the_check_judges_the_code_of_the_new_version_and_gets_no_credentials(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.answers(INCOMPATIBLE)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    monkeypatch.setenv("GITHUB_TOKEN", "a secret")

    assert len(application.warnings("v1", "v3")) == 1

    arguments = (application.root / "arguments").read_text()
    assert arguments == "-m tests.lint_migrations --json microblog/posts/migrations/0002_more.py\n"
    assert (application.root / "seen").read_text() == "two"
    environ = (application.root / "environ").read_text()
    assert "PATH=" in environ
    assert "a secret" not in environ


def test_why_a_migration_is_safe_is_told(application: Application) -> None:
    application.answers(SAFE)

    (line,) = application.warnings("v1", "v2")

    assert "posts.0002_more is said to be safe (v1 does not read it): DROPPING columns" in line


def test_a_release_with_compatible_migrations_or_none_is_not_remarked_on(application: Application) -> None:
    application.answers([{"migration": "posts.0002_more", "problems": [], "safe_because": ""}])

    assert application.warnings("v1", "v2") == []
    assert (application.root / "arguments").exists()
    application.answers(INCOMPATIBLE)
    assert application.warnings("v2", "v3") == []
    assert application.warnings("v2", "v2") == []


def test_an_application_that_is_not_set_up_is_said_not_to_be_judged(application: Application) -> None:
    (line,) = application.warnings("v1", "v2")

    assert line == (
        "its new or changed migrations (1) were not judged: the application is not set up here "
        "(make -C examples/microblog setup)"
    )


@pytest.mark.parametrize("body", ["exit 1", "echo no JSON", "echo '[{}]'", "echo '[1]'", "echo 1"])
def test_a_check_that_fails_is_said_to_have_failed(application: Application, body: str) -> None:
    application.check(body)

    (line,) = application.warnings("v1", "v2")

    assert line.endswith("were not judged: their check failed")


@pytest.mark.parametrize("version", ["v9", "sha256:" + "1" * 64, "--all", "HEAD:manage.py"])
def test_a_version_that_git_does_not_know_is_said_not_to_be_looked_at(application: Application, version: str) -> None:
    for before, after in ((version, "v2"), ("v1", version)):
        (line,) = application.warnings(before, after)
        assert line == f"its migrations were not looked at: {version} names no commit or tag of this checkout"


def test_a_folder_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert judge(tmp_path / "missing", "v1", "v2").changed is None


def test_an_application_that_is_somewhere_else_is_not_remarked_on(application: Application) -> None:
    for before, after in (
        (app("v1", "other"), app("v2", "other")),
        (app("v1", "other"), app("v2")),
        (None, app("v2")),
        (app("v1"), None),
        (environment("dev"), environment("dev")),
    ):
        assert list(warnings(before, after, application.root)) == []


def test_every_migration_is_told() -> None:
    one = Verdict(migration="posts.0002_a", problems=("a", "b"), safe_because="")
    two = replace(one, migration="posts.0003_b", safe_because="reasons")

    lines = list(in_words(Judgement(changed=3, verdicts=(one, two)), "v1"))

    assert [line.split(" is ")[0] for line in lines] == ["the migration posts.0002_a", "the migration posts.0003_b"]
    assert "a; b" in lines[0]
