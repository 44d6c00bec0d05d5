"""What the repository of a test has: the project's code, and a few declarations."""

from __future__ import annotations

import subprocess
from functools import cache
from typing import TYPE_CHECKING

from tests.workflows.harness.act import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

CODE = (
    ".github",
    "app.py",
    "cdk.json",
    "constructs_lib",
    "environments/schema.json",
    "gitops",
    "local_aws",
    "Makefile",
)
LOCKS = ("package.json", "package-lock.json", "pyproject.toml", "requirements-uv.txt", "uv.lock")
SMALL_APP = ROOT / "tests" / "gitops" / "small_app.py"


@cache
def project_files() -> Mapping[str, str]:
    """Return the files of this work tree that workflows need, as they are now, by their paths."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *CODE, *LOCKS],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = [path for path in listed.stdout.split("\0") if path and (ROOT / path).is_file()]
    return {path: (ROOT / path).read_text() for path in paths}


def account(account_id: str, region: str = "us-east-1") -> str:
    """Return the declaration of an account."""
    return f"""\
kind: account
id: "{account_id}"
region: {region}
github: {{repository: example/environments, owner_id: 583231, repository_id: 1296269, existing_oidc_provider: true}}
repositories: [microblog]
"""


def base(folder: str, cidr: str = "10.20.0.0/16", *, kind: str = "ad-hoc-base", more: str = "") -> str:
    """Return the declaration of a base."""
    return f"""\
kind: {kind}
account: main
domain: {folder}.example.com
hosted_zone_id: Z0123456789ABCDEFGHIJ
network: {{cidr: {cidr}}}
app_defaults:
  repository: microblog
  services: {{web: {{port: 8000, paths: ["/*"]}}}}
{more}"""


def app(expires: str, *, image: str = "v1.0.0", behaviour: str = "", owner: str = "octocat") -> str:
    """Return the declaration of an ad hoc environment; `behaviour` is what small_app.py does."""
    environment = f'environment: {{BEHAVIOUR: "{behaviour}"}}\n' if behaviour else ""
    return f"kind: ad-hoc-app\nowner: {owner}\nimage: {image}\nexpires: {expires}\n{environment}"


def production_app(*, image: str = "v1.0.0") -> str:
    """Return the declaration of an application in production."""
    return f"kind: prod-app\nowner: octocat\nimage: {image}\n"
