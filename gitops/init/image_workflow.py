"""The workflow that builds the image of an application, in the application's own repository."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.config.naming import role_variable
from gitops.declarations import to_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

WORKFLOW = Path(".github/workflows/image.yml")
"""Where it is in the application's repository."""

TEMPLATE = Path(__file__).with_name("image.yml")

ACTIONS: Mapping[str, str] = {
    "actions/checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "docker/setup-qemu-action": "96fe6ef7f33517b61c61be40b68a1882f3264fb8 # v4.2.0",
    "docker/setup-buildx-action": "37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0",
    "anchore/scan-action": "e1165082ffb1fe366ebaf02d8526e7c4989ea9d2 # v7.4.0",
    "actions/upload-artifact": "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
    "actions/download-artifact": "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
    "aws-actions/configure-aws-credentials": "e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3",
}
"""The actions that it uses, at the commits of this repository's own workflows: a test compares them."""


def image_workflow(repository: str, folder: str, dockerfile: str, accounts: Mapping[str, str]) -> str:
    """Return the workflow for an ECR repository.

    `folder` is what an image is built from, below the top of the application's repository, and has the Dockerfile at
    the path `dockerfile`; `accounts` are the names of the files of
    accounts with the regions of their registries.
    """
    entries = [
        f"          - {{account: {account}, region: {region}, role_variable: {role_variable(account)}}}"
        for account, region in accounts.items()
    ]
    values = {
        "FOLDER": _scalar(folder),
        "DOCKERFILE": _scalar(dockerfile),
        "REPOSITORY": _scalar(repository),
        "ACCOUNTS": "\n".join(entries),
    }
    pinned = {name: f"{name}@{commit}" for name, commit in ACTIONS.items()}
    known = {**values, **pinned}
    return re.sub(r"@([A-Za-z/-]+)@", lambda found: known[found[1]], TEMPLATE.read_text(encoding="utf-8"))


def _scalar(text: str) -> str:
    return to_yaml({"value": text}).removeprefix("value: ").rstrip("\n")
