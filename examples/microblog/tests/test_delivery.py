"""The scripts that build and publish the image; programs that note how they are called stand in for the real ones."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lint_migrations import ROOT

FAKE = """\
#!/bin/sh
echo "$(basename "$0") $*" >> "$NOTES"
{body}
"""
AWS = """\
case "$*" in
  *describe-images*) {describe_images} ;;
  *describe-repositories*) echo 111111111111.dkr.ecr.us-east-1.amazonaws.com/microblog ;;
  *get-login-password*) echo a-password ;;
esac
"""
NOT_THERE = 'echo "An error occurred (ImageNotFoundException) when calling DescribeImages" >&2; exit 254'
DENIED = 'echo "An error occurred (AccessDeniedException) when calling DescribeImages" >&2; exit 254'


@dataclass(frozen=True)
class Delivery:
    folder: Path

    def install(self, name: str, body: str = "") -> None:
        program = self.folder / "programs" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(FAKE.format(body=body))
        program.chmod(0o755)

    def run(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{self.folder / 'programs'}:{os.environ['PATH']}",
            "NOTES": str(self.folder / "notes"),
            "GITHUB_OUTPUT": str(self.folder / "output"),
        }
        return subprocess.run(
            [self.folder / "delivery" / script],
            cwd=self.folder,
            env={**environment, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        notes = self.folder / "notes"
        return notes.read_text().splitlines() if notes.exists() else []

    @property
    def output(self) -> str:
        output = self.folder / "output"
        return output.read_text() if output.exists() else ""


@pytest.fixture
def delivery(tmp_path: Path) -> Delivery:
    shutil.copytree(ROOT / "delivery", tmp_path / "delivery")
    made = Delivery(tmp_path)
    made.install("docker")
    # Whoever writes the password must not meet a closed pipe.
    made.install("skopeo", 'case "$*" in *--password-stdin*) cat > /dev/null ;; esac')
    return made


def test_an_image_is_built_once_for_both_architectures_with_what_is_attested_of_it(delivery: Delivery) -> None:
    result = delivery.run("build.sh", GITHUB_REF_TYPE="branch", GITHUB_REF_NAME="main", GITHUB_SHA="0" * 40)

    assert result.returncode == 0, result.stderr
    first, *loaded = delivery.calls
    assert "--platform linux/amd64,linux/arm64 --sbom=true --provenance=mode=max" in first
    assert "--output type=oci,dest=var/image.tar" in first
    assert [call.rpartition("--platform ")[2] for call in loaded] == [
        "linux/amd64 --load --tag microblog:amd64 .",
        "linux/arm64 --load --tag microblog:arm64 .",
    ]
    assert delivery.output == f"tag={'0' * 40}\n"


def test_a_released_version_has_the_tag_of_git(delivery: Delivery) -> None:
    result = delivery.run("build.sh", GITHUB_REF_TYPE="tag", GITHUB_REF_NAME="v1.5.0", GITHUB_SHA="0" * 40)

    assert result.returncode == 0, result.stderr
    assert delivery.output == "tag=v1.5.0\n"
    assert all("APP_VERSION=v1.5.0" in call for call in delivery.calls)


@pytest.mark.parametrize("name", ["v1.5.0+build", "releases/v1", "v1$(touch owned)", "v1\ntag=other", "-v", "v" * 129])
def test_what_cannot_be_a_tag_of_an_image_is_not_built(delivery: Delivery, name: str) -> None:
    result = delivery.run("build.sh", GITHUB_REF_TYPE="tag", GITHUB_REF_NAME=name, GITHUB_SHA="0" * 40)

    assert result.returncode == 1
    assert "cannot be the tag of an image" in result.stderr
    assert (delivery.calls, delivery.output) == ([], "")
    assert not (delivery.folder / "owned").exists()


def test_an_image_is_pushed_as_it_was_built(delivery: Delivery) -> None:
    delivery.install("aws", AWS.format(describe_images=NOT_THERE))

    result = delivery.run("publish.sh", TAG="v1.5.0")

    assert result.returncode == 0, result.stderr
    registry = "111111111111.dkr.ecr.us-east-1.amazonaws.com"
    assert [call for call in delivery.calls if call.startswith("skopeo")] == [
        f"skopeo login --username AWS --password-stdin {registry}",
        f"skopeo copy --all --preserve-digests oci-archive:var/image.tar docker://{registry}/microblog:v1.5.0",
    ]


def test_a_tag_that_is_there_stays_what_it_is(delivery: Delivery) -> None:
    delivery.install("aws", AWS.format(describe_images="echo sha256:1234"))

    result = delivery.run("publish.sh", TAG="v1.5.0")

    assert result.returncode == 0, result.stderr
    assert "microblog:v1.5.0 is there already, as sha256:1234; nothing was pushed" in result.stdout
    assert not [call for call in delivery.calls if call.startswith("skopeo")]


def test_nothing_is_pushed_when_it_is_not_known_whether_the_tag_is_there(delivery: Delivery) -> None:
    delivery.install("aws", AWS.format(describe_images=DENIED))

    result = delivery.run("publish.sh", TAG="v1.5.0")

    assert result.returncode == 1
    assert "AccessDeniedException" in result.stderr
    assert not [call for call in delivery.calls if call.startswith("skopeo")]


def test_a_tag_is_needed(delivery: Delivery) -> None:
    delivery.install("aws", AWS.format(describe_images=NOT_THERE))

    result = delivery.run("publish.sh")

    assert result.returncode != 0
    assert delivery.calls == []


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=octocat", "-c", "user.email=octocat@example.com"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_migrations_that_are_new_since_a_revision_are_judged(delivery: Delivery) -> None:
    folder = delivery.folder
    linter = folder / ".venv/bin/python"
    linter.parent.mkdir(parents=True)
    linter.write_text(FAKE.format(body=""))
    linter.chmod(0o755)
    git(folder, "init", "--quiet")
    first = folder / "microblog/posts/migrations/0001_initial.py"
    first.parent.mkdir(parents=True)
    for name in ("__init__.py", "0001_initial.py"):
        (first.parent / name).write_text("")
    git(folder, "add", "microblog")
    git(folder, "commit", "--quiet", "-m", "one")
    before = git(folder, "rev-parse", "HEAD")
    (first.parent / "0002_more.py").write_text("more")
    git(folder, "add", "microblog")
    git(folder, "commit", "--quiet", "-m", "two")

    unknown = delivery.run("migrations-check.sh", BASE="nonsense")
    nothing = delivery.run("migrations-check.sh", BASE="HEAD")
    assert (unknown.returncode, nothing.returncode) == (1, 0)
    assert "is no commit that git knows here" in unknown.stderr
    assert "no migrations since HEAD" in nothing.stdout
    assert delivery.calls == []

    for base in (before, "0" * 40, ""):
        assert delivery.run("migrations-check.sh", BASE=base).returncode == 0
    new = "python -m tests.lint_migrations microblog/posts/migrations/0002_more.py"
    assert delivery.calls == [new] * 3

    (folder / "manage.py").touch()
    git(folder, "add", "manage.py")
    git(folder, "commit", "--quiet", "-m", "three")
    assert "no migrations since HEAD^" in delivery.run("migrations-check.sh").stdout
    git(folder, "tag", "v1.0.0", before)
    assert delivery.run("migrations-check.sh").returncode == 0
    assert delivery.calls == [new] * 4
