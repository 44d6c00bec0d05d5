import subprocess
from pathlib import Path

import pytest

from tests.gitops.checkouts import Checkout, CommandLine


def test_a_second_synthesis_of_the_same_starts_nothing(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")

    first = checkout.gitops("synth")
    second = checkout.gitops("synth")

    assert first.returncode == 0, first.stderr
    assert "dev-alpha" in first.stdout
    assert Path(first.stdout.splitlines()[0], "dev-alpha.template.json").exists()
    assert second.stdout == first.stdout
    assert len(checkout.logs("synth")) == 1


def test_only_what_is_named_is_synthesised_and_other_files_do_not_matter(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.write("dev/broken.yaml", "kind: [")

    result = checkout.gitops("synth", "dev/alpha")

    assert result.returncode == 0, result.stderr
    assert "dev-alpha" in result.stdout
    assert "dev-base" not in result.stdout


def test_what_was_changed_is_synthesised_again(checkout: Checkout) -> None:
    checkout.base("dev")
    first = checkout.gitops("synth")
    checkout.app("dev/alpha")

    second = checkout.gitops("synth")

    assert second.stdout.splitlines()[0] != first.stdout.splitlines()[0]
    assert "dev-alpha" in second.stdout


def test_an_app_that_fails_leaves_its_last_words_and_no_assembly(checkout: Checkout) -> None:
    checkout.base("dev")
    (checkout.root / "app.py").unlink()
    (checkout.root / "app.py").write_text("import sys\nsys.exit('no such construct')\n")

    result = checkout.gitops("synth")

    assert result.returncode == 1
    assert "no such construct" in result.stderr
    assert list((checkout.root / ".gitops" / "assemblies").iterdir()) == []


def test_an_unknown_environment_is_an_error_of_the_user(checkout: Checkout) -> None:
    result = checkout.gitops("synth", "dev/nothing")

    assert result.returncode == 1
    assert "dev" in result.stderr


def git(checkout: Checkout, *arguments: str) -> None:
    identity = ["-c", "user.name=octocat", "-c", "user.email=octocat@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=checkout.root, check=True, capture_output=True)


@pytest.fixture
def committed(checkout: Checkout) -> Checkout:
    """A checkout whose first commit has an app with a bucket."""
    checkout.base("dev")
    checkout.app("dev/alpha", behaviour="bucket-1")
    (checkout.root / ".gitignore").write_text(".gitops\nnode_modules\n")
    git(checkout, "init", "--initial-branch", "main")
    git(checkout, "add", ".")
    git(checkout, "commit", "--message", "first")
    return checkout


def test_a_bucket_that_is_replaced_since_the_base_fails(committed: Checkout) -> None:
    committed.app("dev/alpha", behaviour="bucket-2")
    committed.app("dev/beta", behaviour="bucket-3")

    result = committed.gitops("synth", "--base", "main")

    assert result.returncode == 1
    assert "dev/alpha: Bucket (AWS::S3::Bucket): BucketName would change, which replaces it" in result.stderr
    assert "dev/beta:" not in result.stderr
    assert "dev-beta" in result.stdout, "what was synthesised is told all the same"


def test_another_change_since_the_base_passes_and_leaves_the_repository_alone(committed: Checkout) -> None:
    committed.app("dev/alpha", behaviour="bucket-1", image="v2")
    before = (committed.root / ".git/index").read_bytes()

    result = committed.gitops("synth", "--base", "main", "dev/alpha")

    assert result.returncode == 0, result.stderr
    assert (committed.root / ".git/index").read_bytes() == before
    assert list((committed.root / ".gitops").glob("base-*")) == []


def test_a_new_environment_replaces_nothing(committed: Checkout) -> None:
    committed.app("dev/beta", behaviour="bucket-3")

    assert committed.gitops("synth", "--base", "main", "dev/beta").returncode == 0


def test_a_base_that_git_does_not_know_is_an_error_of_the_user(committed: Checkout) -> None:
    result = committed.gitops("synth", "--base", "nowhere")

    assert result.returncode == 1
    assert "nowhere" in result.stderr


def test_nothing_is_written_to_the_home_folder(bare_checkout: CommandLine) -> None:
    bare_checkout.account("111111111111")
    bare_checkout.base("dev")
    home = bare_checkout.root / "home"
    home.mkdir()

    result = bare_checkout.gitops("synth", HOME=str(home))

    assert result.returncode == 0, result.stderr
    assert "dev-base" in result.stdout
    assert list(home.iterdir()) == []
