from pathlib import Path

import pytest

from tests.gitops.checkouts import Checkout


@pytest.fixture
def browser(tmp_path: Path) -> Path:
    """A browser that writes the address it is to open into a file beside it."""
    program = tmp_path / "browser"
    program.write_text('#!/bin/sh\necho "$1" > "$0.opened"\n')
    program.chmod(0o755)
    return program


def opened(browser: Path) -> str:
    return browser.with_name("browser.opened").read_text().strip()


def deploy(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.create_stack("dev/alpha")


def test_on_the_embedded_aws_it_is_the_front_door(checkout: Checkout, browser: Path) -> None:
    deploy(checkout)

    result = checkout.gitops("open", "dev/alpha", BROWSER=str(browser))

    assert result.returncode == 0, result.stderr
    assert result.stdout == f"http://alpha.dev.localhost:{checkout.aws.port}/\n"
    assert opened(browser) == result.stdout.strip()


def test_elsewhere_it_is_the_environment_s_own_url(checkout: Checkout, browser: Path) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    deployed = checkout.gitops("deploy", "dev", "dev/alpha")
    assert deployed.returncode == 0, deployed.stderr

    result = checkout.gitops("open", "dev/alpha", "--target", "aws", BROWSER=str(browser), **checkout.environ())

    assert result.stdout == "https://alpha.dev.example.com\n"
    assert opened(browser) == result.stdout.strip()


def test_without_a_browser_it_is_printed_all_the_same(checkout: Checkout) -> None:
    deploy(checkout)

    result = checkout.gitops("open", "dev/alpha", BROWSER="false", PATH="/nowhere")

    assert result.returncode == 0
    assert "alpha.dev.localhost" in result.stdout
    assert "no browser was found" in result.stderr


@pytest.mark.parametrize(("name", "why"), [("dev", "runs no services"), ("dev/alpha", "is not deployed")])
def test_what_does_not_answer_is_not_opened(checkout: Checkout, browser: Path, name: str, why: str) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")

    result = checkout.gitops("open", name, BROWSER=str(browser))

    assert result.returncode == 1
    assert why in result.stderr
    assert not browser.with_name("browser.opened").exists()
