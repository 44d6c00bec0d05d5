from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gitops.checkouts import CommandLine

ACCOUNT = """\
kind: account
id: "111111111111"
region: us-east-1
github: {repository: example/environments, owner_id: 583231, repository_id: 1296269}
repositories: [microblog, other]
"""


def test_the_registries_of_a_repository_are_printed_and_set_as_output(
    bare_checkout: CommandLine, tmp_path: Path
) -> None:
    bare_checkout.write("accounts/main.yaml", ACCOUNT)
    output = tmp_path / "output"

    result = bare_checkout.gitops("registries", "microblog", GITHUB_OUTPUT=str(output))

    assert result.returncode == 0, result.stderr
    expected = [{"account": "main", "role_variable": "AWS_ROLE_ARN_MAIN", "region": "us-east-1"}]
    assert json.loads(result.stdout) == expected
    assert output.read_text() == f"registries={json.dumps(expected, separators=(',', ':'))}\n"


def test_a_repository_that_nobody_declares_is_an_error(bare_checkout: CommandLine, tmp_path: Path) -> None:
    bare_checkout.write("accounts/main.yaml", ACCOUNT)
    output = tmp_path / "output"

    result = bare_checkout.gitops("registries", "mikroblog", GITHUB_OUTPUT=str(output))

    assert result.returncode == 1
    assert "no account declares the repository mikroblog; declared are: microblog, other" in result.stderr
    assert not output.exists()
