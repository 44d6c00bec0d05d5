"""Synthesis in the test process."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk.assertions import Template
from constructs import Construct

import app as table_of_contents
from constructs_lib.config.model import (
    AdHocAppConfig,
    AdHocBaseConfig,
    AdHocNetworkConfig,
    ProdBaseConfig,
    ProdNetworkConfig,
    ServiceConfig,
)
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.feature_flags import FEATURE_FLAGS

ROOT = Path(__file__).parents[2]

Templates = dict[str, dict[str, Any]]
Synthesise = Callable[[Callable[[Construct], object]], Template]


def synthesise_folder(folder: Path, outdir: Path, *, only: str = "") -> Templates:
    """Return the template of every stack that a folder of declarations makes, or of one environment."""
    context = {**FEATURE_FLAGS, "environments": str(folder), **({"environment": only} if only else {})}
    app = cdk.App(context=context, outdir=str(outdir))
    table_of_contents.assemble(app)
    return {stack.stack_name: dict(stack.template) for stack in app.synth().stacks}


DEV = EnvironmentName("dev", "base")

AD_HOC_BASE = AdHocBaseConfig(
    account="main",
    domain="dev.example.com",
    hosted_zone_id="Z0123456789ABCDEFGHIJ",
    network=AdHocNetworkConfig(cidr="10.20.0.0/16"),
)

PROD_BASE = ProdBaseConfig(
    account="main",
    domain="example.com",
    hosted_zone_id="Z9876543210ZYXWVUTSRQ",
    network=ProdNetworkConfig(cidr="10.40.0.0/16"),
)


def one_service(service: ServiceConfig) -> AdHocAppConfig:
    """Return the declaration of an app with one service, `web`."""
    return AdHocAppConfig(
        owner="octocat", repository="microblog", image="v1", expires="2030-01-01", services={"web": service}
    )
