"""Templates for the tests of the constructs."""

from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from constructs import Construct

from constructs_lib.feature_flags import FEATURE_FLAGS
from tests.constructs_lib.synthesis import Synthesise, Templates, synthesise_folder
from tests.sample import ENVIRONMENTS


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """The templates of the sample's environments, by stack name."""
    return synthesise_folder(ENVIRONMENTS, tmp_path_factory.mktemp("cdk.out"))


@pytest.fixture
def synthesise(tmp_path: Path) -> Synthesise:
    """Return the template of one stack that a function fills."""

    def synthesised(fill: Callable[[Construct], object]) -> Template:
        app = cdk.App(context=FEATURE_FLAGS, outdir=str(tmp_path / "cdk.out"))
        stack = cdk.Stack(app, "Stack", env=cdk.Environment(account="111111111111", region="us-east-1"))
        fill(stack)
        return Template.from_stack(stack)

    return synthesised
