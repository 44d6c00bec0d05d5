"""The embedded AWS and checkouts for the tests of the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.lifecycle import EmbeddedAws
from tests import embedded
from tests.fake_github.fake import FakeGitHub
from tests.gitops.checkouts import Checkout, CommandLine
from tests.gitops.jobs import Jobs


@pytest.fixture(scope="session")
def embedded_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, EmbeddedAws]]:
    """An embedded AWS for the tests of this process, and its state folder."""
    folder = tmp_path_factory.mktemp("embedded-aws")
    with embedded.embedded_aws(folder) as aws:
        yield folder, aws


@pytest.fixture
def bare_checkout(tmp_path: Path) -> CommandLine:
    """A checkout with the code of the repository and no declarations."""
    return CommandLine.make(tmp_path)


@pytest.fixture
def checkout(bare_checkout: CommandLine, embedded_state: tuple[Path, EmbeddedAws]) -> Checkout:
    """A checkout whose app.py makes tiny stacks, with the embedded AWS running and one account declared."""
    state, aws = embedded_state
    made = Checkout(bare_checkout.root, embedded.new_account(), aws)
    (made.root / ".gitops" / "local").symlink_to(state)
    (made.root / "app.py").unlink()
    (made.root / "app.py").symlink_to(Path(__file__).with_name("small_app.py"))
    made.account(made.account_id)
    made.client("s3").create_bucket(Bucket=f"templates-{made.account_id}")
    made.client("iam").create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    return made


@pytest.fixture
def jobs(checkout: Checkout, fake_github: FakeGitHub) -> Jobs:
    """Jobs with the base dev declared and pushed."""
    checkout.base("dev")
    made = Jobs(checkout, fake_github)
    made.push()
    return made
