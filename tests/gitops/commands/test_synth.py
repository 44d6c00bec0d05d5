from pathlib import Path

from tests.gitops.checkouts import Checkout


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
