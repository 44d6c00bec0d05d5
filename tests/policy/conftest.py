"""Every template that the policies are held against."""

from pathlib import Path
from typing import Any

import pytest

from tests.constructs_lib.synthesis import synthesise_folder
from tests.sample import ENVIRONMENTS

Templates = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """The templates of the sample, and of others that use every field, by folder and stack."""
    found = {}
    folders = {
        "sample": ENVIRONMENTS,
        "everything": Path(__file__).parents[1] / "fixtures/environments/valid/every-field/environments",
    }
    for label, folder in folders.items():
        stacks = synthesise_folder(folder, tmp_path_factory.mktemp("cdk.out"))
        found.update({f"{label}: {stack}": template for stack, template in stacks.items()})
    return found
